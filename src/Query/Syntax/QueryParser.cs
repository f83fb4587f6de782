using Nacre.Core.Errors;

namespace Nacre.Query.Syntax;

/// <summary>Reads a query's text.</summary>
/// <remarks>
/// Thread-safe. A Pratt parser: one loop over the operators of the left spine, recursion for right operands only. Both
/// the recursion and the depth of the tree it builds are bounded, so that neither this parser nor whoever walks the tree
/// runs out of stack. Source: V. Pratt, Top down operator precedence (1973).
/// </remarks>
public static class QueryParser
{
    /// <summary>The longest text, in UTF-16 units.</summary>
    public const int MaxTextLength = 512 * 1024;

    /// <summary>The deepest nesting of expressions, subqueries and parentheses.</summary>
    public const int MaxDepth = 256;

    /// <summary>Reads a whole query.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The query. Errors: QuerySyntax with the place; QueryLimit for a text too long or nested too deeply.</returns>
    public static Result<SelectQuery> Parse(string text) => Read(text, static parser => parser.ReadQuery());

    /// <summary>Reads one expression, as it stands in WHERE.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The expression. Errors: as <see cref="Parse"/>.</returns>
    public static Result<SqlExpression> ParseExpression(string text) => Read(text, static parser => parser.ReadExpression());

    private static Result<T> Read<T>(string text, Func<ParserRun, T> read)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxTextLength)
        {
            return new NacreError(ErrorCode.QueryLimit,
                $"The query's text has {text.Length} characters; {MaxTextLength} are allowed. Pass long lists as parameters.");
        }

        try
        {
            return read(new ParserRun(text));
        }
        catch (QueryRefusedException refused)
        {
            return refused.Error;
        }
    }
}
