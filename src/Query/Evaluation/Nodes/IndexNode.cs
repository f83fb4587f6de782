using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>An element by its position, or a member by a computed name.</summary>
internal sealed class IndexNode(EvaluationNode target, EvaluationNode index) : EvaluationNode
{
    public EvaluationNode Target { get; } = target;

    public EvaluationNode Index { get; } = index;

    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        QueryValue value = Target.Evaluate(frame);
        QueryValue at = Index.Evaluate(frame);
        frame.Context.ChargeBytes(value.IsArray || value.IsObject ? value.Utf8.Length : 0);
        QueryValue found = default;
        if (at.IsString)
        {
            QueryValueReader.TryGetMember(value, at.Utf8.Span, out found);
        }
        else if (at.TryGetInteger(out long position))
        {
            QueryValueReader.TryGetElement(value, position, out found);
        }

        return found;
    }
}
