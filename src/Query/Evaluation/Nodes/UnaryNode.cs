using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>NOT, -, + and ~.</summary>
internal sealed class UnaryNode(UnaryOperator @operator, EvaluationNode operand) : EvaluationNode
{
    public UnaryOperator Operator { get; } = @operator;

    public EvaluationNode Operand { get; } = operand;

    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        QueryValue value = Operand.Evaluate(frame);
        if (Operator == UnaryOperator.Not)
        {
            return Not(value);
        }

        if (!value.IsNumber)
        {
            return QueryValue.Undefined;
        }

        return Operator switch
        {
            UnaryOperator.Minus => QueryValue.FromNumber(-value.Number),
            UnaryOperator.Plus => value,
            _ => QueryValue.FromNumber(~Bits.ToInt32(value.Number)),
        };
    }

    /// <summary>The opposite of a boolean; undefined for anything else.</summary>
    public static QueryValue Not(in QueryValue value) => value.Kind switch
    {
        ValueKind.True => QueryValue.False,
        ValueKind.False => QueryValue.True,
        _ => QueryValue.Undefined,
    };
}
