using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Nacre.Query.Functions;

/// <summary>The regular expressions of one query, built once each.</summary>
/// <remarks>Not thread-safe. It keeps a few: patterns that come from the rows are built anew when they are many.</remarks>
internal sealed class PatternCache
{
    private const int Most = 16;

    private readonly Dictionary<(string Pattern, RegexOptions Options), Pattern?> _patterns = [];

    /// <summary>The expression of a pattern.</summary>
    /// <returns>False when the pattern is no regular expression that can be run in bounded time.</returns>
    public bool TryGet(
        string pattern, RegexOptions options, FunctionContext context, [NotNullWhen(true)] out Pattern? found)
    {
        if (!_patterns.TryGetValue((pattern, options), out found))
        {
            found = Pattern.Build(pattern, options, context);
            if (_patterns.Count == Most)
            {
                _patterns.Clear();
            }

            _patterns.Add((pattern, options), found);
        }

        return found is not null;
    }
}
