namespace Nacre.Query.Syntax;

/// <summary>An array that the query builds: <c>[c.a, 1]</c>.</summary>
/// <param name="Position">The bracket.</param>
/// <param name="Items">Its elements.</param>
public sealed record ArrayExpression(SourcePosition Position, IReadOnlyList<SqlExpression> Items) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Deepest(Items);
}
