namespace Nacre.Query.Syntax;

/// <summary><c>value [NOT] IN (a, b, …)</c>.</summary>
/// <param name="Position">IN, or its NOT.</param>
/// <param name="Value">What is looked for.</param>
/// <param name="Items">At least one.</param>
/// <param name="IsNot">Whether NOT stands before it.</param>
public sealed record InExpression(
    SourcePosition Position, SqlExpression Value, IReadOnlyList<SqlExpression> Items, bool IsNot) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Math.Max(Value.Depth, Deepest(Items));
}
