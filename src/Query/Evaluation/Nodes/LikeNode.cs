using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>Whether a string matches a pattern; undefined unless both are strings.</summary>
internal sealed class LikeNode(EvaluationNode value, EvaluationNode pattern, int escape) : EvaluationNode
{
    private readonly LikePattern? _constant =
        pattern is ConstantNode { Value.IsString: true } constant ? new LikePattern(constant.Value.Utf8.Span, escape) : null;

    public EvaluationNode Value { get; } = value;

    /// <summary>The pattern when it is known before the query runs.</summary>
    public LikePattern? Constant => _constant;

    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        QueryValue text = Value.Evaluate(frame);
        QueryValue template = pattern.Evaluate(frame);
        if (!text.IsString || !template.IsString)
        {
            return QueryValue.Undefined;
        }

        LikePattern? compiled = _constant;
        if (compiled is null)
        {
            frame.Context.ChargeBytes(16L * template.Utf8.Length);
            compiled = new LikePattern(template.Utf8.Span, escape);
        }

        return QueryValue.FromBool(compiled.IsMatch(text.Utf8.Span, frame.Context));
    }
}
