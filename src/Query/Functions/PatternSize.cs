namespace Nacre.Query.Functions;

/// <summary>Estimates how many states the automaton of a regular expression has, without building it.</summary>
internal static class PatternSize
{
    /// <summary>The number of characters once all counted repetitions are written out.</summary>
    /// <param name="pattern">Any text; what is not well-formed gets some number.</param>
    /// <param name="limit">Counting stops above it.</param>
    public static int Estimate(string pattern, int limit)
    {
        // One entry for each open group: what it has held so far.
        var outer = new Stack<long>();
        long group = 0;
        long last = 0;
        for (int at = 0; at < pattern.Length; at++)
        {
            switch (pattern[at])
            {
                case '(':
                    outer.Push(group);
                    group = 0;
                    last = 0;
                    break;
                case ')' when outer.Count > 0:
                    last = group + 1;
                    group = outer.Pop() + last;
                    break;
                case '{' when TryReadBound(pattern, at, out int times, out int end):
                    group += last * Math.Max(times - 1, 0);
                    last *= Math.Max(times, 1);
                    at = end;
                    break;
                case '[':
                    at = EndOfClass(pattern, at);
                    last = 1;
                    group++;
                    break;
                case '\\':
                    at++;
                    last = 1;
                    group++;
                    break;
                default:
                    last = pattern[at] is '*' or '+' or '?' or '|' ? last : 1;
                    group++;
                    break;
            }

            if (group > limit)
            {
                return limit + 1;
            }
        }

        while (outer.Count > 0)
        {
            group += outer.Pop();
        }

        return (int)Math.Min(group, limit + 1L);
    }

    private static bool TryReadBound(string pattern, int at, out int times, out int end)
    {
        times = 0;
        end = pattern.IndexOf('}', at);
        if (end < 0)
        {
            return false;
        }

        foreach (Range part in pattern.AsSpan(at + 1, end - at - 1).Split(','))
        {
            ReadOnlySpan<char> digits = pattern.AsSpan(at + 1, end - at - 1)[part];
            if (digits.IsEmpty)
            {
                continue;
            }

            if (!int.TryParse(digits, out int number))
            {
                // Digits beyond an int are as many as can be; anything else is no repetition.
                if (digits.ContainsAnyExceptInRange('0', '9'))
                {
                    return false;
                }

                number = int.MaxValue;
            }

            times = Math.Max(times, number);
        }

        return true;
    }

    private static int EndOfClass(string pattern, int at)
    {
        // A bracket that comes first, or behind a caret, is a member of the class.
        int from = at + 1;
        from += from < pattern.Length && pattern[from] == '^' ? 1 : 0;
        from += from < pattern.Length && pattern[from] == ']' ? 1 : 0;
        for (int end = from; end < pattern.Length; end++)
        {
            if (pattern[end] == '\\')
            {
                end++;
            }
            else if (pattern[end] == ']')
            {
                return end;
            }
        }

        return pattern.Length;
    }
}
