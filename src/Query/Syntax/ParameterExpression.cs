namespace Nacre.Query.Syntax;

/// <summary>A parameter.</summary>
/// <param name="Position">Its @.</param>
/// <param name="Name">With the @.</param>
public sealed record ParameterExpression(SourcePosition Position, string Name) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth => 1;
}
