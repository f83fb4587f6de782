namespace Nacre.Query.Syntax;

/// <summary>A chain of AND, or of OR: one node however long it is, since programs write chains of thousands.</summary>
/// <param name="Position">The first operator.</param>
/// <param name="IsOr">OR, else AND.</param>
/// <param name="Operands">At least two.</param>
public sealed record LogicalExpression(SourcePosition Position, bool IsOr, IReadOnlyList<SqlExpression> Operands) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Deepest(Operands);
}
