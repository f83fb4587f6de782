using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Nacre.Query.Tests.Brute;

/// <summary>
/// Values as plain objects: <see cref="Undefined"/>, null, bool, double, string, lists, and sorted dictionaries by their
/// names' UTF-8. Shares nothing with the product.
/// </summary>
internal static class BruteValue
{
    public static readonly object Undefined = new();

    public static object? Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return From(document.RootElement);
    }

    public static object? From(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Array => element.EnumerateArray().Select(From).ToList(),
        _ => element.EnumerateObject().ToDictionary(member => member.Name, member => From(member.Value), StringComparer.Ordinal),
    };

    public static bool IsDefined(object? value) => !ReferenceEquals(value, Undefined);

    /// <summary>0 undefined, 1 null, 2 false, 3 true, 4 number, 5 string, 6 array, 7 object.</summary>
    public static int RankOf(object? value) => value switch
    {
        null => 1,
        false => 2,
        true => 3,
        double => 4,
        string => 5,
        List<object?> => 6,
        Dictionary<string, object?> => 7,
        _ => 0,
    };

    public static int Compare(object? x, object? y)
    {
        int rank = RankOf(x).CompareTo(RankOf(y));
        if (rank != 0)
        {
            return rank;
        }

        switch (x)
        {
            case double number:
                return number.CompareTo((double)y!);
            case string text:
                return CompareText(text, (string)y!);
            case List<object?> list:
                var other = (List<object?>)y!;
                for (int at = 0; at < Math.Min(list.Count, other.Count); at++)
                {
                    int order = Compare(list[at], other[at]);
                    if (order != 0)
                    {
                        return order;
                    }
                }

                return list.Count.CompareTo(other.Count);
            case Dictionary<string, object?> members:
                List<object?> Flat(Dictionary<string, object?> of) =>
                    [.. of.OrderBy(member => member.Key, Comparer<string>.Create(CompareText)).SelectMany(member => new[] { member.Key, member.Value })];
                return Compare(Flat(members), Flat((Dictionary<string, object?>)y!));
            default:
                return 0;
        }
    }

    /// <summary>A text that is the same for equal values only; numbers that JSON has no form for are the strings they are written as.</summary>
    public static string Text(object? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    private static int CompareText(string x, string y) => Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y));

    private static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool boolean:
                text.Append(boolean ? "true" : "false");
                break;
            case double number when double.IsFinite(number):
                text.Append((number + 0.0 == 0 ? 0 : number).ToString("R", CultureInfo.InvariantCulture));
                break;
            case double odd:
                Write(text, odd.ToString(CultureInfo.InvariantCulture));
                break;
            case string characters:
                text.Append('"').Append(characters).Append('"');
                break;
            case List<object?> list:
                text.Append('[');
                foreach (object? item in list)
                {
                    Write(text, item);
                    text.Append(',');
                }

                text.Append(']');
                break;
            case Dictionary<string, object?> members:
                text.Append('{');
                foreach ((string name, object? member) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    Write(text, name);
                    text.Append(':');
                    Write(text, member);
                    text.Append(',');
                }

                text.Append('}');
                break;
            default:
                text.Append("undefined");
                break;
        }
    }
}
