namespace Nacre.Query.Syntax;

/// <summary><c>value [NOT] BETWEEN low AND high</c>, both ends inclusive.</summary>
/// <param name="Position">BETWEEN, or its NOT.</param>
/// <param name="Value">What is compared.</param>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
/// <param name="IsNot">Whether NOT stands before it.</param>
public sealed record BetweenExpression(
    SourcePosition Position, SqlExpression Value, SqlExpression Low, SqlExpression High, bool IsNot) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Math.Max(Value.Depth, Math.Max(Low.Depth, High.Depth));
}
