using Nacre.Query.Functions;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>A call of one of the language's functions.</summary>
internal sealed class CallNode(ScalarFunction function, EvaluationNode[] arguments) : EvaluationNode
{
    public ScalarFunction Function { get; } = function;

    public IReadOnlyList<EvaluationNode> Arguments => arguments;

    public override QueryValue Evaluate(EvaluationFrame frame) => Function.Invoke(Evaluate(arguments, frame), frame.Context);

    /// <summary>The values of several nodes.</summary>
    public static QueryValue[] Evaluate(EvaluationNode[] nodes, EvaluationFrame frame)
    {
        var values = new QueryValue[nodes.Length];
        for (int at = 0; at < nodes.Length; at++)
        {
            values[at] = nodes[at].Evaluate(frame);
        }

        return values;
    }
}
