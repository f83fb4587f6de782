namespace Nacre.Query.Syntax;

/// <summary><c>value [NOT] LIKE pattern [ESCAPE 'c']</c>.</summary>
/// <param name="Position">LIKE, or its NOT.</param>
/// <param name="Value">The string that is matched.</param>
/// <param name="Pattern">% stands for any characters, _ for one, [a-c] and [^a-c] for one of a set.</param>
/// <param name="Escape">The character that takes the meaning from the next one; null for none.</param>
/// <param name="IsNot">Whether NOT stands before it.</param>
public sealed record LikeExpression(
    SourcePosition Position, SqlExpression Value, SqlExpression Pattern, string? Escape, bool IsNot) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Math.Max(Value.Depth, Pattern.Depth);
}
