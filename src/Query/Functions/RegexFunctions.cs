using System.Text.RegularExpressions;
using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>Regular expressions, matched in time linear in the text.</summary>
internal static class RegexFunctions
{
    public static IEnumerable<ScalarFunction> All =>
    [
        new("REGEXMATCH", FunctionFamily.String, 2, 3,
            "Whether a regular expression matches somewhere in the string; modifiers i, m, s, x.", Match),
    ];

    private static QueryValue Match(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        var options = RegexOptions.None;
        if (!arguments[0].IsString || !arguments[1].IsString ||
            (arguments.Length == 3 && !TryOptions(arguments[2], out options)) ||
            !context.Patterns.TryGet(arguments[1].GetString(), options, context, out Pattern? pattern))
        {
            return QueryValue.Undefined;
        }

        // A unit costs one step as long as the automaton is deterministic, and more the larger it is when it is not.
        string text = arguments[0].GetString();
        context.Charge(1 + (text.Length * (8L + pattern.Size) >> 5));
        return QueryValue.FromBool(pattern.Expression.IsMatch(text));
    }

    private static bool TryOptions(in QueryValue modifiers, out RegexOptions options)
    {
        options = RegexOptions.None;
        if (!modifiers.IsString)
        {
            return false;
        }

        foreach (byte modifier in modifiers.Utf8.Span)
        {
            switch (modifier)
            {
                case (byte)'i':
                    options |= RegexOptions.IgnoreCase;
                    break;
                case (byte)'m':
                    options |= RegexOptions.Multiline;
                    break;
                case (byte)'s':
                    options |= RegexOptions.Singleline;
                    break;
                case (byte)'x':
                    options |= RegexOptions.IgnorePatternWhitespace;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}
