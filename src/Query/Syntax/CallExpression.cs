namespace Nacre.Query.Syntax;

/// <summary>A call of a function, an aggregate or, as <c>udf.name(…)</c>, of a user's own.</summary>
/// <param name="Position">The first character of the name.</param>
/// <param name="Name">As written, without <c>udf.</c>; the language's own functions are found in any case.</param>
/// <param name="Arguments">May be none.</param>
/// <param name="IsUserDefined">Whether <c>udf.</c> stands before it.</param>
public sealed record CallExpression(
    SourcePosition Position, string Name, IReadOnlyList<SqlExpression> Arguments, bool IsUserDefined = false) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Deepest(Arguments);
}
