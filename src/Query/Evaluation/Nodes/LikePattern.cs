using Nacre.Query.Functions;

namespace Nacre.Query.Evaluation.Nodes;

/// <summary>A compiled pattern of LIKE.</summary>
/// <remarks>
/// Thread-safe. Matching goes back only to the last %, since an earlier one can give no match that the last could not:
/// at most text × pattern steps, all of them charged.
/// </remarks>
internal sealed class LikePattern
{
    private const int NoEscape = -1;
    private const int StepsBetweenCharges = 4096;

    private readonly Element[] _elements;

    /// <summary>Compiles.</summary>
    /// <param name="pattern">Generalised UTF-8.</param>
    /// <param name="escape">A code point, or -1 for none.</param>
    public LikePattern(ReadOnlySpan<byte> pattern, int escape)
    {
        List<int> points = [];
        for (int at = 0; at < pattern.Length;)
        {
            points.Add(CodePoints.Next(pattern, ref at));
        }

        List<Element> elements = [];
        for (int at = 0; at < points.Count;)
        {
            int point = points[at];
            if (point == escape && escape != NoEscape && at + 1 < points.Count)
            {
                elements.Add(new Element(ElementKind.Literal, points[at + 1], null, false));
                at += 2;
            }
            else if (point == '%')
            {
                if (elements.Count == 0 || elements[^1].Kind != ElementKind.Any)
                {
                    elements.Add(new Element(ElementKind.Any, 0, null, false));
                }

                at++;
            }
            else if (point == '_')
            {
                elements.Add(new Element(ElementKind.One, 0, null, false));
                at++;
            }
            else if (point == '[' && TryReadSet(points, at, out Element set, out int end))
            {
                elements.Add(set);
                at = end;
            }
            else
            {
                elements.Add(new Element(ElementKind.Literal, point, null, false));
                at++;
            }
        }

        _elements = [.. elements];
        Prefix = string.Concat(_elements.TakeWhile(static element => element.Kind == ElementKind.Literal)
            .Select(static element => CodePoints.ToUtf16(element.Point)));
    }

    private enum ElementKind
    {
        Literal,
        One,
        Any,
        Set,
    }

    /// <summary>What each match begins with: a range for an index.</summary>
    public string Prefix { get; }

    /// <summary>Whether a text is the prefix and anything behind it.</summary>
    public bool IsPrefixOnly => _elements.Length > 0 && _elements[^1].Kind == ElementKind.Any &&
        Array.TrueForAll(_elements[..^1], static element => element.Kind == ElementKind.Literal);

    /// <summary>Whether the whole text matches.</summary>
    public bool IsMatch(ReadOnlySpan<byte> text, FunctionContext context)
    {
        int at = 0;
        int element = 0;
        int afterAny = -1;
        int retryAt = 0;
        int steps = 0;
        while (at < text.Length)
        {
            if (++steps == StepsBetweenCharges)
            {
                context.Charge(steps);
                steps = 0;
            }

            int next = at;
            if (element < _elements.Length && _elements[element].Kind == ElementKind.Any)
            {
                afterAny = ++element;
                retryAt = at;
            }
            else if (element < _elements.Length && _elements[element].Matches(CodePoints.Next(text, ref next)))
            {
                at = next;
                element++;
            }
            else if (afterAny >= 0)
            {
                CodePoints.Next(text, ref retryAt);
                at = retryAt;
                element = afterAny;
            }
            else
            {
                return false;
            }
        }

        context.Charge(steps);
        while (element < _elements.Length && _elements[element].Kind == ElementKind.Any)
        {
            element++;
        }

        return element == _elements.Length;
    }

    /// <summary>[abc], [a-c], [^a-c]; without its closing bracket the opening one is an ordinary character.</summary>
    private static bool TryReadSet(List<int> points, int at, out Element set, out int end)
    {
        set = default;
        int from = at + 1;
        bool isNegated = from < points.Count && points[from] == '^';
        from += isNegated ? 1 : 0;
        int close = points.IndexOf(']', from);
        end = close + 1;
        if (close < 0 || close == from)
        {
            return false;
        }

        List<(int Low, int High)> ranges = [];
        for (int i = from; i < close;)
        {
            bool isRange = i + 2 < close && points[i + 1] == '-';
            ranges.Add((points[i], points[isRange ? i + 2 : i]));
            i += isRange ? 3 : 1;
        }

        set = new Element(ElementKind.Set, 0, [.. ranges], isNegated);
        return true;
    }

    private readonly record struct Element(ElementKind Kind, int Point, (int Low, int High)[]? Ranges, bool IsNegated)
    {
        public bool Matches(int point)
        {
            switch (Kind)
            {
                case ElementKind.Literal:
                    return point == Point;
                case ElementKind.One:
                    return true;
                default:
                    foreach ((int low, int high) in Ranges!)
                    {
                        if (point >= low && point <= high)
                        {
                            return !IsNegated;
                        }
                    }

                    return IsNegated;
            }
        }
    }
}
