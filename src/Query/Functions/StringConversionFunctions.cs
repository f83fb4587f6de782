using System.Text.Json;
using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>Values to strings and back. Strings hold JSON; what is not JSON of the type asked for has no answer.</summary>
internal static class StringConversionFunctions
{
    private const FunctionFamily Family = FunctionFamily.String;
    private const int MaxDepth = 128;

    public static IEnumerable<ScalarFunction> All =>
    [
        Parse("STRINGTOARRAY", "The array whose JSON text the string is.", static value => value.IsArray),
        Parse("STRINGTOBOOLEAN", "The boolean whose JSON text the string is.", static value => value.IsBoolean),
        Parse("STRINGTONULL", "null, when that is the string.", static value => value.Kind == ValueKind.Null),
        Parse("STRINGTONUMBER", "The number whose JSON text the string is.", static value => value.IsNumber),
        Parse("STRINGTOOBJECT", "The object whose JSON text the string is.", static value => value.IsObject),
        new("TOSTRING", Family, 1, 1, "A string itself; anything else as JSON text without white space.", Write),
    ];

    private static ScalarFunction Parse(string name, string description, Func<QueryValue, bool> isWanted) =>
        new(name, Family, 1, 1, description, (arguments, context) =>
            arguments[0].IsString && TryParse(arguments[0].Utf8, context, out QueryValue value) && isWanted(value)
                ? value
                : QueryValue.Undefined);

    private static bool TryParse(ReadOnlyMemory<byte> text, FunctionContext context, out QueryValue value)
    {
        value = default;
        context.ChargeBytes(4L * text.Length);
        ReadOnlyMemory<byte> json = EscapeHalves(text, context);
        try
        {
            // A repeated member would be an object that nothing else here can hold.
            using JsonDocument document = JsonDocument.Parse(
                json, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON; or a member's name with an escaped half of a pair, which documents may not have either.
            return false;
        }

        value = QueryValueReader.Read(json);
        return true;
    }

    /// <summary>JSON text is well-formed UTF-8: halves of pairs stand in it as escapes.</summary>
    private static ReadOnlyMemory<byte> EscapeHalves(ReadOnlyMemory<byte> text, FunctionContext context)
    {
        ReadOnlySpan<byte> rest = text.Span;
        if (!Wtf8.MayHoldHalves(rest))
        {
            return text;
        }

        var escaped = new TextBuilder(context);
        Span<byte> escape = stackalloc byte[6];
        while (!rest.IsEmpty)
        {
            if (Wtf8.IsHalf(rest, out char half))
            {
                bool written = System.Text.Unicode.Utf8.TryWrite(escape, $"\\u{(int)half:x4}", out int length);
                escaped.Append(escape[..(written ? length : 0)]);
                rest = rest[3..];
            }
            else
            {
                int plain = rest[1..].IndexOf((byte)0xED);
                escaped.Append(plain < 0 ? rest : rest[..(plain + 1)]);
                rest = plain < 0 ? default : rest[(plain + 1)..];
            }
        }

        return escaped.Build().Utf8;
    }

    private static QueryValue Write(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        QueryValue value = arguments[0];
        if (value.IsString)
        {
            return value;
        }

        context.ChargeBytes(4L * value.Utf8.Length);
        if (value.IsNumber && !double.IsFinite(value.Number))
        {
            return QueryValue.FromString(
                double.IsNaN(value.Number) ? "NaN" : value.Number > 0 ? "Infinity" : "-Infinity");
        }

        var compact = new System.Buffers.ArrayBufferWriter<byte>();
        CompactJson.Write(value, compact);
        context.CheckSize(compact.WrittenCount);
        return QueryValue.FromUtf8String(compact.WrittenMemory);
    }
}
