namespace Nacre.Query.Syntax;

/// <summary>An operator with one operand.</summary>
/// <param name="Position">The operator.</param>
/// <param name="Operator">Which.</param>
/// <param name="Operand">Its operand.</param>
public sealed record UnaryExpression(SourcePosition Position, UnaryOperator Operator, SqlExpression Operand) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Operand.Depth;
}
