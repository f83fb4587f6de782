using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>A member of a value that is no path of the item.</summary>
internal sealed class MemberNode(EvaluationNode target, byte[] name) : EvaluationNode
{
    public EvaluationNode Target { get; } = target;

    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        QueryValue value = Target.Evaluate(frame);
        frame.Context.ChargeBytes(value.IsObject ? value.Utf8.Length : 0);
        QueryValueReader.TryGetMember(value, name, out QueryValue member);
        return member;
    }
}
