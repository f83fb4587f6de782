using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>A member of a value that is no path of the item.</summary>
internal sealed class MemberNode(EvaluationNode target, byte[] name) : EvaluationNode
{
    public EvaluationNode Target { get; } = target;

    /// <summary>In generalised UTF-8.</summary>
    public byte[] Name { get; } = name;

    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        QueryValue value = Target.Evaluate(frame);
        frame.Context.ChargeBytes(value.IsObject ? value.Utf8.Length : 0);
        QueryValueReader.TryGetMember(value, Name, out QueryValue member);
        return member;
    }
}
