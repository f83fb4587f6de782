using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>The second when the first is true, else the third.</summary>
internal sealed class ConditionalNode(EvaluationNode condition, EvaluationNode whenTrue, EvaluationNode otherwise) : EvaluationNode
{
    public override QueryValue Evaluate(EvaluationFrame frame) =>
        condition.Evaluate(frame).Kind == ValueKind.True ? whenTrue.Evaluate(frame) : otherwise.Evaluate(frame);
}
