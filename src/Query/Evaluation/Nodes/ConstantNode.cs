using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>A literal, a parameter, or what folded to one value.</summary>
internal sealed class ConstantNode(QueryValue value) : EvaluationNode
{
    public QueryValue Value { get; } = value;

    public override QueryValue Evaluate(EvaluationFrame frame) => Value;
}
