using System.CommandLine.Parsing;
using System.Globalization;

namespace Nacre.Cli;

/// <summary>Spans of time as they are typed: a whole number and <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>.</summary>
internal static class Durations
{
    /// <summary>Reads an option's value; an error for anything else.</summary>
    public static TimeSpan? Parse(ArgumentResult result)
    {
        string given = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
        if (Parse(given) is { } span)
        {
            return span;
        }

        result.AddError($"'{given}' is no time: write a whole number and s, m, h or d, such as 10m.");
        return null;
    }

    /// <summary>Reads a text; null for anything else, and for nothing at all.</summary>
    public static TimeSpan? Parse(string text)
    {
        if (text.Length < 2 || !uint.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out uint number) || number == 0)
        {
            return null;
        }

        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' => TimeSpan.FromDays(Math.Min(number, 10_000)),
            _ => null,
        };
    }
}
