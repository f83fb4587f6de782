using Nacre.Query.Functions;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>An object of what its members are; those that are undefined are left out.</summary>
/// <param name="names">Generalised UTF-8, all different.</param>
/// <param name="values">As many.</param>
internal sealed class ObjectNode(byte[][] names, EvaluationNode[] values) : EvaluationNode
{
    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        JsonBuilder builder = JsonBuilder.Object(frame.Context);
        for (int at = 0; at < values.Length; at++)
        {
            builder.Add(names[at], values[at].Evaluate(frame));
        }

        return builder.Build();
    }
}
