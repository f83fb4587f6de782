namespace Nacre.Query.Syntax;

/// <summary>One key of ORDER BY.</summary>
/// <param name="Expression">What is sorted by.</param>
/// <param name="IsDescending">DESC.</param>
public sealed record OrderItem(SqlExpression Expression, bool IsDescending);
