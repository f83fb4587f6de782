namespace Nacre.Query.Syntax;

/// <summary>A query inside an expression.</summary>
/// <param name="Position">Its first character.</param>
/// <param name="Kind">What it stands for.</param>
/// <param name="Query">The query; it sees the names of the queries around it.</param>
public sealed record SubqueryExpression(SourcePosition Position, SubqueryKind Kind, SelectQuery Query) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Query.Depth;
}
