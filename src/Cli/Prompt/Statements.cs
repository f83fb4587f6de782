namespace Nacre.Cli.Prompt;

/// <summary>Tells where queries end: at a semicolon that is in no string and no comment.</summary>
internal static class Statements
{
    /// <summary>Whether a text may be acted on: a command, or queries of which the last has ended.</summary>
    public static bool IsComplete(string text)
    {
        string trimmed = text.Trim();
        if (trimmed.Length == 0 || trimmed[0] == '\\')
        {
            return true;
        }

        Split(text, out string rest);
        return string.IsNullOrWhiteSpace(rest);
    }

    /// <summary>Takes a text apart.</summary>
    /// <param name="text">Queries, with semicolons behind them.</param>
    /// <param name="rest">What follows the last semicolon.</param>
    /// <returns>The queries without semicolons, and none of them empty.</returns>
    public static List<string> Split(string text, out string rest)
    {
        List<string> statements = [];
        int begin = 0;
        for (int at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\'' or '"':
                    at = EndOfString(text, at);
                    break;
                case '-' when Follows(text, at, '-'):
                    at = EndOf(text, "\n", at);
                    break;
                case '/' when Follows(text, at, '*'):
                    at = EndOf(text, "*/", at + 2);
                    break;
                case ';':
                    if (text[begin..at].Trim() is { Length: > 0 } statement)
                    {
                        statements.Add(statement);
                    }

                    begin = at + 1;
                    break;
            }
        }

        rest = text[begin..];
        return statements;
    }

    private static bool Follows(string text, int at, char next) => at + 1 < text.Length && text[at + 1] == next;

    private static int EndOf(string text, string end, int from)
    {
        int at = text.IndexOf(end, Math.Min(from, text.Length), StringComparison.Ordinal);
        return at < 0 ? text.Length : at + end.Length - 1;
    }

    private static int EndOfString(string text, int quote)
    {
        for (int at = quote + 1; at < text.Length; at++)
        {
            if (text[at] == '\\')
            {
                at++;
            }
            else if (text[at] == text[quote])
            {
                return at;
            }
        }

        return text.Length;
    }
}
