using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>An alias, a key of GROUP BY, or an aggregate.</summary>
internal sealed class SlotNode(int slot) : EvaluationNode
{
    public int Slot { get; } = slot;

    public override QueryValue Evaluate(EvaluationFrame frame) => frame.Slots[Slot];
}
