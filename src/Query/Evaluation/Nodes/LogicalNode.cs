using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>AND or OR of any number of operands, in three values: what is no boolean is undefined.</summary>
internal sealed class LogicalNode(bool isOr, EvaluationNode[] operands) : EvaluationNode
{
    public bool IsOr { get; } = isOr;

    public IReadOnlyList<EvaluationNode> Operands => operands;

    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        // One operand of this value decides, whatever the others are.
        ValueKind deciding = IsOr ? ValueKind.True : ValueKind.False;
        bool isKnown = true;
        foreach (EvaluationNode operand in operands)
        {
            ValueKind kind = operand.Evaluate(frame).Kind;
            if (kind == deciding)
            {
                return QueryValue.FromBool(IsOr);
            }

            isKnown &= kind is ValueKind.True or ValueKind.False;
        }

        return isKnown ? QueryValue.FromBool(!IsOr) : QueryValue.Undefined;
    }

    /// <summary>AND of two values.</summary>
    public static QueryValue And(in QueryValue left, in QueryValue right)
    {
        if (left.Kind == ValueKind.False || right.Kind == ValueKind.False)
        {
            return QueryValue.False;
        }

        return left.Kind == ValueKind.True && right.Kind == ValueKind.True ? QueryValue.True : QueryValue.Undefined;
    }
}
