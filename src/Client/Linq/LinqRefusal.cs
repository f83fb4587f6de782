using System.Linq.Expressions;

namespace Nacre.Client.Linq;

/// <summary>The one way in which an expression is refused.</summary>
internal static class LinqRefusal
{
    private const int MaxShown = 200;

    /// <summary>Says which expression it is, and what to do instead.</summary>
    public static NacreException Of(Expression expression, string advice) => Of(expression.ToString(), advice);

    /// <summary>An expression that is too deep to be looked at, and so to be shown.</summary>
    public static NacreException TooDeep() => new(
        NacreErrorCode.QueryNotTranslatable, "An expression of the query is nested too deeply. Put long lists of values into a list, and ask with Contains or Any.");

    public static NacreException Of(string expression, string advice)
    {
        string shown = expression.Length <= MaxShown ? expression : expression[..MaxShown] + "…";
        return new NacreException(NacreErrorCode.QueryNotTranslatable, $"'{shown}' has no form in the query language: {advice}");
    }
}
