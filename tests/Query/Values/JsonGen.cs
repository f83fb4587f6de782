using System.Text;
using CsCheck;

namespace Nacre.Query.Tests.Values;

/// <summary>Random JSON text: all types, nesting, odd Unicode, escapes, long numbers, white space.</summary>
internal static class JsonGen
{
    private static readonly Gen<string> Space = Gen.OneOf("", "", "", " ", "\n", "\t ", " \r\n");

    /// <summary>Numbers as text, in forms that a double cannot give back.</summary>
    public static readonly Gen<string> Number = Gen.OneOf(
        Gen.Int[-20, 20].Select(value => $"{value}"),
        Gen.Long.Select(value => $"{value}"),
        Gen.Double.Where(double.IsFinite).Select(value => value.ToString("R", null)),
        Gen.OneOf(
            "-0", "0.0", "-0.0", "1e400", "-1e400", "1e-400", "1.10", "100", "1E2", "1e+2", "0.1", "0.10000000000000001",
            "9007199254740993", "9007199254740992", "123456789012345678901234567890", "3.141592653589793238462643383279"));

    /// <summary>Strings with their quotes: plain, escaped, beyond the basic plane, halves of pairs.</summary>
    public static readonly Gen<string> Text = Gen.OneOf(
            Gen.OneOf("a", "b", "ab", "", " ", "é", "ß", "中", "\uD7FF", "\uE000", "\uFFFD", "😀", "\U0010FFFF", "\u007F"),
            Gen.OneOf(
                "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0000", "\\u001f", "\\u0061", "\\u00e9",
                "\\u4E2D", "\\ud83d\\ude00", "\\uD83D", "\\ude00", "\\udbff\\udfff"))
        .Array[0, 5].Select(parts => $"\"{string.Concat(parts)}\"");

    /// <summary>Names without halves of pairs, which documents may not have.</summary>
    private static readonly Gen<string> Name = Gen.OneOf(
        "\"a\"", "\"b\"", "\"c\"", "\"\\u0061b\"", "\"é\"", "\"\\ud83d\\ude00\"", "\"😀\\n\"", "\"\"");

    /// <summary>Values nested up to four levels.</summary>
    public static readonly Gen<string> Value = Nested(4);

    /// <summary>The bytes of a text.</summary>
    public static byte[] Utf8(string json) => Encoding.UTF8.GetBytes(json);

    private static Gen<string> Nested(int depth)
    {
        Gen<string> scalar = Gen.Frequency(
            (1, Gen.OneOf("null", "true", "false")), (2, Number), (2, Text));
        if (depth == 0)
        {
            return scalar;
        }

        Gen<string> inner = Nested(depth - 1);
        Gen<string> array = Gen.Select(inner.Array[0, 4], Space, (elements, space) =>
            $"[{space}{string.Join($"{space},", elements)}{space}]");
        Gen<string> members = Gen.Select(Name.Array[0, 4], inner.Array[4], Space, (names, values, space) =>
            $"{{{space}{string.Join(",", names.DistinctBy(Unescaped).Select((name, at) => $"{name}{space}:{space}{values[at]}"))}{space}}}");
        return Gen.Frequency((3, scalar), (1, array), (1, members));
    }

    private static string Unescaped(string name) => System.Text.Json.JsonSerializer.Deserialize<string>(name)!;
}
