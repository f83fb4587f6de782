using System.Buffers.Text;
using System.Text;
using Nacre.Core;

namespace Nacre.Query.Values;

/// <summary>One value of the query language, most often a slice of the document it was read from.</summary>
/// <remarks>
/// <para>
/// Thread-safe: it never changes. It borrows the memory it was read from, and is good for as long as that is.
/// </para>
/// <para>
/// Strings are generalised UTF-8 (WTF-8, simonsapin.github.io/wtf-8): well-formed UTF-8, except that the half of a
/// surrogate pair that a document holds as an escape stands as its three bytes <c>ED A0..BF 80..BF</c>. Two halves that
/// belong together are always one code point of four bytes, so that each string has one encoding and equality is that
/// of bytes. The writer turns lone halves back into escapes. Their byte order is that of code points.
/// </para>
/// <para>
/// Numbers are doubles, as in the dialect: digits beyond a double's take no part in comparisons. A number that stands in
/// a document keeps its text, and is written back as it was. NaN and the infinities are numbers while a query computes;
/// JSON has no form for them, and they are written as the strings <c>"NaN"</c>, <c>"Infinity"</c>, <c>"-Infinity"</c>.
/// </para>
/// </remarks>
public readonly struct QueryValue : IEquatable<QueryValue>
{
    // Invariants:
    // - Utf8 is empty for Undefined, Null, False and True.
    // - Utf8 of a String is canonical generalised UTF-8; of a Number its JSON text or empty.
    // - Utf8 of an Array or Object is valid JSON text of that type, without white space around it.

    private const double LongIsExact = 1L << 53;

    internal QueryValue(ValueKind kind, double number, ReadOnlyMemory<byte> utf8)
    {
        Kind = kind;
        Number = number;
        Utf8 = utf8;
    }

    /// <summary>The type; True and False are two.</summary>
    public ValueKind Kind { get; }

    /// <summary>The number; zero for other kinds.</summary>
    public double Number { get; }

    /// <summary>
    /// A string's code points without quotes and escapes; an array's or object's JSON text; the text of a number that
    /// has one; empty for the rest.
    /// </summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>No value.</summary>
    public static QueryValue Undefined => default;

    /// <summary>JSON null.</summary>
    public static QueryValue Null => new(ValueKind.Null, 0, default);

    /// <summary>JSON true.</summary>
    public static QueryValue True => new(ValueKind.True, 0, default);

    /// <summary>JSON false.</summary>
    public static QueryValue False => new(ValueKind.False, 0, default);

    /// <summary>False only for <see cref="ValueKind.Undefined"/>.</summary>
    public bool IsDefined => Kind != ValueKind.Undefined;

    /// <summary>Whether this is a number.</summary>
    public bool IsNumber => Kind == ValueKind.Number;

    /// <summary>Whether this is a string.</summary>
    public bool IsString => Kind == ValueKind.String;

    /// <summary>Whether this is true or false.</summary>
    public bool IsBoolean => Kind is ValueKind.True or ValueKind.False;

    /// <summary>Whether this is an array.</summary>
    public bool IsArray => Kind == ValueKind.Array;

    /// <summary>Whether this is an object.</summary>
    public bool IsObject => Kind == ValueKind.Object;

    /// <summary>Whether this is null, a boolean, a number or a string.</summary>
    public bool IsPrimitive => Kind is >= ValueKind.Null and <= ValueKind.String;

    /// <summary>Whether two values are the same to DISTINCT and GROUP BY: <see cref="QueryValueComparer"/>'s answer.</summary>
    public static bool operator ==(QueryValue left, QueryValue right) => left.Equals(right);

    /// <summary>The opposite of ==.</summary>
    public static bool operator !=(QueryValue left, QueryValue right) => !left.Equals(right);

    /// <summary>True or false.</summary>
    public static QueryValue FromBool(bool value) => value ? True : False;

    /// <summary>A computed number; it has no text of its own.</summary>
    public static QueryValue FromNumber(double value) => new(ValueKind.Number, value, default);

    /// <summary>A computed integer, exact even beyond 2^53, where its text says what the double cannot.</summary>
    public static QueryValue FromInteger(long value)
    {
        if (value is >= -(1L << 53) and <= 1L << 53)
        {
            return FromNumber(value);
        }

        byte[] text = new byte[20];
        bool written = Utf8Formatter.TryFormat(value, text, out int length);
        Invariant.Check(written);
        return new QueryValue(ValueKind.Number, value, text.AsMemory(0, length));
    }

    /// <summary>A number with the JSON text it was written as.</summary>
    /// <param name="utf8">One JSON number without white space; borrowed.</param>
    public static QueryValue FromNumberText(ReadOnlyMemory<byte> utf8) =>
        new(ValueKind.Number, JsonNumber.Parse(utf8.Span), utf8);

    /// <summary>A string; lone halves of surrogate pairs are kept.</summary>
    public static QueryValue FromString(string value) => FromUtf8String(Wtf8.FromUtf16(value));

    /// <summary>A string that is encoded already.</summary>
    /// <param name="utf8">Canonical generalised UTF-8; borrowed.</param>
    public static QueryValue FromUtf8String(ReadOnlyMemory<byte> utf8) => new(ValueKind.String, 0, utf8);

    /// <summary>An array or an object from its JSON text.</summary>
    /// <param name="json">Valid JSON of one array or object, without white space around it; borrowed.</param>
    public static QueryValue FromJson(ReadOnlyMemory<byte> json)
    {
        Invariant.Check(!json.IsEmpty);
        byte first = json.Span[0];
        Invariant.Check(first is (byte)'[' or (byte)'{');
        return new QueryValue(first == '[' ? ValueKind.Array : ValueKind.Object, 0, json);
    }

    /// <summary>The number as a 64-bit integer.</summary>
    /// <returns>False unless this is a number without a fraction in the range of a long; its text decides if there is one.</returns>
    public bool TryGetInteger(out long value)
    {
        value = 0;
        if (Kind != ValueKind.Number)
        {
            return false;
        }

        if (!Utf8.IsEmpty && Utf8Parser.TryParse(Utf8.Span, out value, out int used) && used == Utf8.Length)
        {
            return true;
        }

        // 2^63 as a double is one above the largest long.
        if (!double.IsInteger(Number) || Number < long.MinValue || Number >= -(double)long.MinValue)
        {
            return false;
        }

        value = (long)Number;
        // A text of digits alone that did not parse lies outside, even when its double was rounded into the range.
        return Math.Abs(Number) <= LongIsExact || Utf8.IsEmpty || Utf8.Span.ContainsAny("eE."u8);
    }

    /// <inheritdoc/>
    public bool Equals(QueryValue other) => QueryValueComparer.Instance.Equals(this, other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is QueryValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => QueryValueComparer.Instance.GetHashCode(this);

    /// <summary>A string's text as UTF-16, lone halves kept.</summary>
    /// <exception cref="InvariantViolationException">This is not a string.</exception>
    public string GetString()
    {
        Invariant.Check(Kind == ValueKind.String);
        return Wtf8.ToUtf16(Utf8.Span);
    }

    /// <summary>The JSON text, or <c>undefined</c>; for tests and debuggers, never for logs.</summary>
    public override string ToString()
    {
        if (!IsDefined)
        {
            return "undefined";
        }

        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        QueryValueWriter.Write(this, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
