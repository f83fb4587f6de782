using System.Text.RegularExpressions;

namespace Nacre.Query.Functions;

/// <summary>A regular expression that is matched in time linear in the text.</summary>
/// <param name="Expression">Without backtracking.</param>
/// <param name="Size">About how many states its automaton has: what a byte of text costs at most.</param>
internal sealed record Pattern(Regex Expression, int Size)
{
    // .NET's automata expand counted repetitions: a{1000}{1000} would be a million states.
    private const int MaxSize = 10_000;
    private const int MaxLength = 10_000;

    /// <summary>Builds a pattern.</summary>
    /// <returns>Null when it is not well-formed, needs backtracking (look-around, back references), or is too large.</returns>
    public static Pattern? Build(string pattern, RegexOptions options, FunctionContext context)
    {
        if (pattern.Length > MaxLength)
        {
            return null;
        }

        int size = PatternSize.Estimate(pattern, MaxSize);
        if (size > MaxSize)
        {
            return null;
        }

        // Parsing and building takes far longer than looking at the text.
        context.Charge(100 + 10L * size);
        try
        {
            return new Pattern(
                new Regex(pattern, options | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking), size);
        }
        catch (ArgumentException)
        {
            // The pattern is not well-formed.
            return null;
        }
        catch (NotSupportedException)
        {
            // The pattern needs backtracking.
            return null;
        }
    }
}
