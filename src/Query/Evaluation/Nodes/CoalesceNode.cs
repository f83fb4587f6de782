using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>The left side, or the right one where it is undefined. Null is a value.</summary>
internal sealed class CoalesceNode(EvaluationNode left, EvaluationNode right) : EvaluationNode
{
    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        QueryValue value = left.Evaluate(frame);
        return value.IsDefined ? value : right.Evaluate(frame);
    }
}
