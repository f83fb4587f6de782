using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>=, !=, &lt;, &lt;=, &gt; and &gt;=.</summary>
internal sealed class ComparisonNode(BinaryOperator @operator, EvaluationNode left, EvaluationNode right) : EvaluationNode
{
    public BinaryOperator Operator { get; } = @operator;

    public EvaluationNode Left { get; } = left;

    public EvaluationNode Right { get; } = right;

    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        QueryValue left = Left.Evaluate(frame);
        QueryValue right = Right.Evaluate(frame);
        frame.Context.ChargeBytes(Math.Min(left.Utf8.Length, right.Utf8.Length));
        return Operator switch
        {
            BinaryOperator.Equal => QueryComparison.Equal(left, right),
            BinaryOperator.NotEqual => QueryComparison.NotEqual(left, right),
            BinaryOperator.Less => QueryComparison.Less(left, right),
            BinaryOperator.LessOrEqual => QueryComparison.LessOrEqual(left, right),
            BinaryOperator.Greater => QueryComparison.Greater(left, right),
            _ => QueryComparison.GreaterOrEqual(left, right),
        };
    }
}
