namespace Nacre.Query.Syntax;

/// <summary><c>condition ? whenTrue : otherwise</c>.</summary>
/// <param name="Position">The question mark.</param>
/// <param name="Condition">Decides.</param>
/// <param name="WhenTrue">The value when the condition is true.</param>
/// <param name="Otherwise">The value when it is anything else.</param>
public sealed record ConditionalExpression(
    SourcePosition Position, SqlExpression Condition, SqlExpression WhenTrue, SqlExpression Otherwise) : SqlExpression(Position)
{
    /// <inheritdoc/>
    public override int Depth { get; } = 1 + Math.Max(Condition.Depth, Math.Max(WhenTrue.Depth, Otherwise.Depth));
}
