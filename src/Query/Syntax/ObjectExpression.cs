namespace Nacre.Query.Syntax;

/// <summary>An object that the query builds: <c>{"a": c.a}</c>.</summary>
/// <param name="Position">The brace.</param>
/// <param name="Members">Its members.</param>
public sealed record ObjectExpression(SourcePosition Position, IReadOnlyList<ObjectExpressionMember> Members) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Deepest(Members.Select(static member => member.Value));
}
