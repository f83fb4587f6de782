using System.Globalization;
using System.Text;
using Nacre.Testing;

namespace Nacre.Query.Tests.Random;

/// <summary>
/// Documents of all types with missing members, nesting and odd Unicode, over few names and values so that queries find
/// something. Numbers are quarters of moderate size: their sums are exact in any order.
/// </summary>
/// <remarks>The same source gives the same documents.</remarks>
internal sealed class RandomDocuments(SeededRandom random)
{
    private const int MaxLevels = 3;

    /// <summary>The names of members.</summary>
    public static readonly string[] Names = ["a", "b", "d", "tags", "o", "größe", "x y"];

    /// <summary>The strings that documents hold and queries ask for.</summary>
    public static readonly string[] Strings =
    [
        "", "a", "b", "ab", "abc", "ABC", "aab", "bca", "a%b", "a_b", "ä", "äb", "😀", "a😀b", "\uFB01", "\uE000z", "\u0000", "10", "zzzz", "a\"\\\n",
    ];

    /// <summary>A document with an id and perhaps other members.</summary>
    /// <param name="id">Its number.</param>
    public string Next(int id)
    {
        var text = new StringBuilder();
        Blank(text);
        text.Append(CultureInfo.InvariantCulture, $"{{\"id\":\"{id}\",\"pk\":{random.Next(3)}");
        Members(text, 0, isFirst: false);
        text.Append('}');
        Blank(text);
        return text.ToString();
    }

    /// <summary>A number as queries and documents write it.</summary>
    public string Number()
    {
        string sign = random.OneIn(3) ? "-" : "";
        return random.Next(5) switch
        {
            0 => sign + (random.Next(80) / 4.0).ToString("R", CultureInfo.InvariantCulture),
            1 => sign + random.Next(4) + ".50",
            2 => sign + random.Next(5) + "e1",
            _ => sign + random.Next(12),
        };
    }

    private void Members(StringBuilder text, int level, bool isFirst)
    {
        foreach (string name in Names)
        {
            if (random.OneIn(3))
            {
                continue;
            }

            text.Append(isFirst ? "" : ",");
            isFirst = false;
            Blank(text);
            String(text, name);
            Blank(text);
            text.Append(':');
            Value(text, level + 1, prefersArray: name == "tags");
        }
    }

    private void Value(StringBuilder text, int level, bool prefersArray)
    {
        Blank(text);
        int kind = prefersArray && !random.OneIn(4) ? 7 : random.Next(level >= MaxLevels ? 7 : 9);
        switch (kind)
        {
            case 0:
                text.Append("null");
                break;
            case 1:
                text.Append(random.OneIn(2) ? "true" : "false");
                break;
            case 2 or 3:
                text.Append(Number());
                break;
            case 4 or 5 or 6:
                String(text, Strings[random.Next(Strings.Length)]);
                break;
            case 7:
                text.Append('[');
                int count = random.Next(4);
                for (int at = 0; at < count; at++)
                {
                    text.Append(at == 0 ? "" : ",");
                    Value(text, level + 1, prefersArray: false);
                }

                text.Append(']');
                break;
            default:
                text.Append('{');
                Members(text, level, isFirst: true);
                text.Append('}');
                break;
        }

        Blank(text);
    }

    private void String(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char unit in value)
        {
            if (unit is '"' or '\\' || char.IsControl(unit) || random.OneIn(12))
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            }
            else if (char.IsSurrogate(unit))
            {
                // Both halves in the same way, or the text would not be UTF-8.
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
            }
            else
            {
                text.Append(unit);
            }
        }

        text.Append('"');
    }

    private void Blank(StringBuilder text)
    {
        if (random.OneIn(10))
        {
            text.Append(random.OneIn(2) ? " " : "\n\t");
        }
    }
}
