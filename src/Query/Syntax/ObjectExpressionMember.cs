namespace Nacre.Query.Syntax;

/// <summary>A member of an object that the query builds.</summary>
/// <param name="Position">Its name.</param>
/// <param name="Name">Without escapes.</param>
/// <param name="Value">Its value.</param>
public sealed record ObjectExpressionMember(SourcePosition Position, string Name, SqlExpression Value);
