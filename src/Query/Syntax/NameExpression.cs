namespace Nacre.Query.Syntax;

/// <summary>The name of an input: the container, or an alias of FROM or JOIN.</summary>
/// <param name="Position">Its first character.</param>
/// <param name="Name">As written; names are case-sensitive.</param>
public sealed record NameExpression(SourcePosition Position, string Name) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth => 1;
}
