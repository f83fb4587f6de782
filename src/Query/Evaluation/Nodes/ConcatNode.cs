using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>Two strings joined; undefined for anything else.</summary>
internal sealed class ConcatNode(EvaluationNode left, EvaluationNode right) : EvaluationNode
{
    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        QueryValue first = left.Evaluate(frame);
        QueryValue second = right.Evaluate(frame);
        if (!first.IsString || !second.IsString)
        {
            return QueryValue.Undefined;
        }

        frame.Context.CheckSize((long)first.Utf8.Length + second.Utf8.Length);
        byte[] joined = new byte[first.Utf8.Length + second.Utf8.Length];
        first.Utf8.CopyTo(joined);
        int length = Wtf8.Append(joined, first.Utf8.Length, second.Utf8.Span);
        return QueryValue.FromUtf8String(joined.AsMemory(0, length));
    }
}
