using System.Buffers;
using Nacre.Core;

namespace Nacre.Query.Values;

/// <summary>Takes values out of JSON text without copying: what is read is a slice of the text.</summary>
/// <remarks>
/// <para>
/// Thread-safe. The text must be valid JSON, as every stored document is; it is not validated again. Broken text ends in
/// an <see cref="InvariantViolationException"/> or in a wrong value, never outside of the text.
/// </para>
/// <para>Allocates only for a string with escapes, whose resolved bytes need a place of their own.</para>
/// </remarks>
public static class QueryValueReader
{
    private const int StackBytes = 256;

    /// <summary>Reads a whole text.</summary>
    /// <param name="json">One JSON value, with or without white space around it; borrowed by the value.</param>
    public static QueryValue Read(ReadOnlyMemory<byte> json) => ReadAt(json, JsonScan.SkipSpace(json.Span, 0), out _);

    /// <summary>The elements of an array, in order; none for any other value.</summary>
    public static ArrayEnumerator EnumerateArray(in QueryValue value) =>
        value.IsArray ? new ArrayEnumerator(value.Utf8) : default;

    /// <summary>The members of an object, in the order of its text; none for any other value.</summary>
    public static ObjectEnumerator EnumerateObject(in QueryValue value) =>
        value.IsObject ? new ObjectEnumerator(value.Utf8) : default;

    /// <summary>Looks a member up by its name.</summary>
    /// <param name="value">Any value.</param>
    /// <param name="name">The name without escapes, in generalised UTF-8.</param>
    /// <param name="member">The member; Undefined when there is none.</param>
    /// <returns>False when this is not an object, or has no such member.</returns>
    public static bool TryGetMember(in QueryValue value, ReadOnlySpan<byte> name, out QueryValue member)
    {
        member = default;
        if (!value.IsObject)
        {
            return false;
        }

        ReadOnlySpan<byte> json = value.Utf8.Span;
        int at = JsonScan.SkipSpace(json, 1);
        while (json[at] != '}')
        {
            int end = JsonScan.EndOfString(json, at, out bool escaped);
            bool found = escaped
                ? EqualsEscaped(json[(at + 1)..(end - 1)], name)
                : json[(at + 1)..(end - 1)].SequenceEqual(name);
            at = ColonToValue(json, end);
            if (found)
            {
                member = ReadAt(value.Utf8, at, out _);
                return true;
            }

            at = NextItem(json, JsonScan.EndOfValue(json, at));
        }

        return false;
    }

    /// <summary>Looks an element up by its position.</summary>
    /// <param name="value">Any value.</param>
    /// <param name="index">From 0.</param>
    /// <param name="element">The element; Undefined when there is none.</param>
    /// <returns>False when this is not an array, or has no such element.</returns>
    public static bool TryGetElement(in QueryValue value, long index, out QueryValue element)
    {
        element = default;
        if (!value.IsArray || index < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> json = value.Utf8.Span;
        int at = JsonScan.SkipSpace(json, 1);
        for (; json[at] != ']'; index--)
        {
            if (index == 0)
            {
                element = ReadAt(value.Utf8, at, out _);
                return true;
            }

            at = NextItem(json, JsonScan.EndOfValue(json, at));
        }

        return false;
    }

    /// <summary>How many elements an array has, or members an object; 0 for any other value.</summary>
    public static int Count(in QueryValue value)
    {
        if (!value.IsArray && !value.IsObject)
        {
            return 0;
        }

        ReadOnlySpan<byte> json = value.Utf8.Span;
        int count = 0;
        for (int at = JsonScan.SkipSpace(json, 1); json[at] is not ((byte)']' or (byte)'}'); count++)
        {
            if (value.IsObject)
            {
                at = ColonToValue(json, JsonScan.EndOfString(json, at, out _));
            }

            at = NextItem(json, JsonScan.EndOfValue(json, at));
        }

        return count;
    }

    /// <summary>Reads the value that begins at a position.</summary>
    internal static QueryValue ReadAt(ReadOnlyMemory<byte> json, int at, out int end)
    {
        ReadOnlySpan<byte> span = json.Span;
        Invariant.Check((uint)at < (uint)span.Length);
        switch (span[at])
        {
            case (byte)'"':
                return QueryValue.FromUtf8String(ReadString(json, at, out end));
            case (byte)'{':
                end = JsonScan.EndOfValue(span, at);
                return new QueryValue(ValueKind.Object, 0, json[at..end]);
            case (byte)'[':
                end = JsonScan.EndOfValue(span, at);
                return new QueryValue(ValueKind.Array, 0, json[at..end]);
            case (byte)'t':
                end = at + 4;
                return QueryValue.True;
            case (byte)'f':
                end = at + 5;
                return QueryValue.False;
            case (byte)'n':
                end = at + 4;
                return QueryValue.Null;
            default:
                end = JsonScan.EndOfValue(span, at);
                return QueryValue.FromNumberText(json[at..end]);
        }
    }

    /// <summary>Reads the string, or name, whose opening quote is at a position.</summary>
    internal static ReadOnlyMemory<byte> ReadString(ReadOnlyMemory<byte> json, int at, out int end)
    {
        end = JsonScan.EndOfString(json.Span, at, out bool escaped);
        ReadOnlyMemory<byte> raw = json[(at + 1)..(end - 1)];
        if (!escaped)
        {
            return raw;
        }

        byte[] resolved = new byte[raw.Length];
        int length = JsonScan.Unescape(raw.Span, resolved);
        return resolved.AsMemory(0, length);
    }

    /// <summary>From behind a name to its value.</summary>
    internal static int ColonToValue(ReadOnlySpan<byte> json, int at)
    {
        at = JsonScan.SkipSpace(json, at);
        Invariant.Check(json[at] == ':');
        return JsonScan.SkipSpace(json, at + 1);
    }

    /// <summary>From behind a value to the next name or element, or to the closing bracket.</summary>
    internal static int NextItem(ReadOnlySpan<byte> json, int at)
    {
        at = JsonScan.SkipSpace(json, at);
        Invariant.Check(at < json.Length);
        return json[at] == ',' ? JsonScan.SkipSpace(json, at + 1) : at;
    }

    private static bool EqualsEscaped(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> name)
    {
        if (raw.Length < name.Length)
        {
            return false;
        }

        byte[]? rented = raw.Length > StackBytes ? ArrayPool<byte>.Shared.Rent(raw.Length) : null;
        Span<byte> resolved = rented ?? stackalloc byte[StackBytes];
        bool equal = resolved[..JsonScan.Unescape(raw, resolved)].SequenceEqual(name);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return equal;
    }
}
