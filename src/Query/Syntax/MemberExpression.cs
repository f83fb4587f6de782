namespace Nacre.Query.Syntax;

/// <summary>A member of an object: <c>c.name</c> or <c>c["name"]</c>.</summary>
/// <param name="Position">The name, or the bracket.</param>
/// <param name="Target">The object.</param>
/// <param name="Name">Without escapes; any string.</param>
public sealed record MemberExpression(SourcePosition Position, SqlExpression Target, string Name) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Target.Depth;
}
