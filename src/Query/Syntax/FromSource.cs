namespace Nacre.Query.Syntax;

/// <summary>One input of FROM or JOIN.</summary>
/// <param name="Position">Its first character.</param>
/// <param name="Collection">A name with a path behind it, or a scalar <see cref="SubqueryExpression"/>: all its rows.</param>
/// <param name="Alias">The name the text gives it; null when it is inferred.</param>
/// <param name="IsIteration"><c>alias IN collection</c>: the elements of the array, one after the other.</param>
public sealed record FromSource(SourcePosition Position, SqlExpression Collection, string? Alias, bool IsIteration)
{
    /// <summary>The alias, or the last name of the path; null when there is none.</summary>
    public string? Name => Alias ?? Collection switch
    {
        NameExpression name => name.Name,
        MemberExpression member => member.Name,
        _ => null,
    };
}
