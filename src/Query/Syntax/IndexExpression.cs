namespace Nacre.Query.Syntax;

/// <summary>An element of an array, or a member whose name is computed: <c>c.tags[0]</c>, <c>c[@name]</c>.</summary>
/// <param name="Position">The bracket.</param>
/// <param name="Target">The array or object.</param>
/// <param name="Index">A number from 0, or a string.</param>
public sealed record IndexExpression(SourcePosition Position, SqlExpression Target, SqlExpression Index) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Math.Max(Target.Depth, Index.Depth);
}
