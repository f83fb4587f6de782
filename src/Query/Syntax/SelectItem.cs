namespace Nacre.Query.Syntax;

/// <summary>One expression behind SELECT.</summary>
/// <param name="Expression">The expression.</param>
/// <param name="Alias">The member's name as the text gives it; null when it is inferred.</param>
public sealed record SelectItem(SqlExpression Expression, string? Alias);
