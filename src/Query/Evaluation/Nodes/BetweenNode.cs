using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>value &gt;= low AND value &lt;= high.</summary>
internal sealed class BetweenNode(EvaluationNode value, EvaluationNode low, EvaluationNode high) : EvaluationNode
{
    public EvaluationNode Value { get; } = value;

    public EvaluationNode Low { get; } = low;

    public EvaluationNode High { get; } = high;

    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        QueryValue value = Value.Evaluate(frame);
        frame.Context.ChargeBytes(value.Utf8.Length);
        return LogicalNode.And(
            QueryComparison.GreaterOrEqual(value, Low.Evaluate(frame)), QueryComparison.LessOrEqual(value, High.Evaluate(frame)));
    }
}
