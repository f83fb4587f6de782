namespace Nacre.Query.Syntax;

/// <summary>An operator with two operands.</summary>
/// <param name="Position">The operator.</param>
/// <param name="Operator">Which.</param>
/// <param name="Left">The left operand.</param>
/// <param name="Right">The right operand.</param>
public sealed record BinaryExpression(
    SourcePosition Position, BinaryOperator Operator, SqlExpression Left, SqlExpression Right) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Math.Max(Left.Depth, Right.Depth);
}
