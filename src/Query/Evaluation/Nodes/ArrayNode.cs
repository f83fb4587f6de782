using Nacre.Query.Functions;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>An array of what its elements are; those that are undefined are left out.</summary>
internal sealed class ArrayNode(EvaluationNode[] items) : EvaluationNode
{
    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        JsonBuilder builder = JsonBuilder.Array(frame.Context);
        foreach (EvaluationNode item in items)
        {
            builder.Add(item.Evaluate(frame));
        }

        return builder.Build();
    }
}
