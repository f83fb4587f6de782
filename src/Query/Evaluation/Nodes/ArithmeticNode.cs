using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>The operators on two numbers; undefined for anything else.</summary>
internal sealed class ArithmeticNode(BinaryOperator @operator, EvaluationNode left, EvaluationNode right) : EvaluationNode
{
    private const int ShiftMask = 31;

    public BinaryOperator Operator { get; } = @operator;

    public EvaluationNode Left { get; } = left;

    public EvaluationNode Right { get; } = right;

    public override QueryValue Evaluate(EvaluationFrame frame)
    {
        QueryValue left = Left.Evaluate(frame);
        QueryValue right = Right.Evaluate(frame);
        if (!left.IsNumber || !right.IsNumber)
        {
            return QueryValue.Undefined;
        }

        double a = left.Number;
        double b = right.Number;
        return QueryValue.FromNumber(Operator switch
        {
            BinaryOperator.Add => a + b,
            BinaryOperator.Subtract => a - b,
            BinaryOperator.Multiply => a * b,
            BinaryOperator.Divide => a / b,
            BinaryOperator.Modulo => a % b,
            BinaryOperator.BitwiseAnd => Bits.ToInt32(a) & Bits.ToInt32(b),
            BinaryOperator.BitwiseOr => Bits.ToInt32(a) | Bits.ToInt32(b),
            BinaryOperator.BitwiseXor => Bits.ToInt32(a) ^ Bits.ToInt32(b),
            BinaryOperator.ShiftLeft => Bits.ToInt32(a) << (Bits.ToInt32(b) & ShiftMask),
            BinaryOperator.ShiftRight => Bits.ToInt32(a) >> (Bits.ToInt32(b) & ShiftMask),
            _ => (uint)Bits.ToInt32(a) >> (Bits.ToInt32(b) & ShiftMask),
        });
    }
}
