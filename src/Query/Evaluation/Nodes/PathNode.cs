using Nacre.Query.Binding;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>A path of the item, filled into its slot by the pass over the document.</summary>
internal sealed class PathNode(DocumentPath path) : EvaluationNode
{
    public DocumentPath Path { get; } = path;

    public override QueryValue Evaluate(EvaluationFrame frame) => frame.Slots[Path.Slot];
}
