using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Nacre.Core.Indexing;

/// <summary>
/// Values as indexes have them: byte strings that compare, unsigned and byte by byte, as the values do, and of which
/// none begins another. Laid out in <c>docs/formats/documents.md</c>.
/// </summary>
/// <remarks>
/// Some values are cut short or rounded, and are then not told apart from others by their bytes. Whoever writes one is
/// told that it is not exact; the order of the bytes is never against the order of the values.
/// </remarks>
public static class IndexKey
{
    /// <summary>Bytes of a text's UTF-8 that are kept.</summary>
    public const int MaxTextBytes = 128;

    /// <summary>Longest value: a marker, a text, its end.</summary>
    public const int MaxValueBytes = 1 + MaxTextBytes + 1;

    /// <summary>Bytes of a number.</summary>
    public const int NumberBytes = 1 + sizeof(ulong);

    private const byte FirstMarker = 0x10;
    private const int MarkerStep = 0x10;
    private const ulong Sign = 1UL << 63;
    private const ulong EachByte = 0x0101_0101_0101_0101;

    /// <summary>The byte that values of a kind begin with; all of a value that is no number and no text.</summary>
    public static byte MarkerOf(IndexValueKind kind) => (byte)(FirstMarker + (MarkerStep * (int)kind));

    /// <summary>Writes a number.</summary>
    /// <param name="number">Not NaN; minus zero is written as zero.</param>
    /// <param name="destination">At least <see cref="NumberBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteNumber(double number, Span<byte> destination)
    {
        destination[0] = MarkerOf(IndexValueKind.Number);
        ulong bits = BitConverter.DoubleToUInt64Bits(number == 0 ? 0 : number);
        BinaryPrimitives.WriteUInt64BigEndian(destination[1..], (bits & Sign) != 0 ? ~bits : bits | Sign);
        return NumberBytes;
    }

    /// <summary>Writes a text: each byte of its UTF-8 plus one, which leaves 00 for the end.</summary>
    /// <param name="utf8">Any length; no byte is FF, which UTF-8 does not have.</param>
    /// <param name="destination">At least <see cref="MaxValueBytes"/>.</param>
    /// <param name="isExact">False when the text was cut short.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteText(ReadOnlySpan<byte> utf8, Span<byte> destination, out bool isExact)
    {
        isExact = utf8.Length <= MaxTextBytes;
        int length = Math.Min(utf8.Length, MaxTextBytes);
        destination[0] = MarkerOf(IndexValueKind.Text);
        Raise(utf8[..length], destination.Slice(1, length));
        destination[1 + length] = 0;
        return length + 2;
    }

    /// <summary>Turns the order of a written value round.</summary>
    public static void Invert(Span<byte> value)
    {
        for (int at = 0; at < value.Length; at++)
        {
            value[at] = (byte)~value[at];
        }
    }

    /// <summary>A number as a value of its own.</summary>
    public static byte[] OfNumber(double number)
    {
        byte[] value = new byte[NumberBytes];
        WriteNumber(number, value);
        return value;
    }

    /// <summary>A text as a value of its own.</summary>
    /// <param name="text">Well-formed.</param>
    /// <param name="isExact">False when the text was cut short.</param>
    public static byte[] OfText(string text, out bool isExact)
    {
        byte[] value = new byte[MaxValueBytes];
        int length = WriteText(Encoding.UTF8.GetBytes(text), value, out isExact);
        return value[..length];
    }

    /// <summary>
    /// What the values of all texts with a beginning begin with, to be a bound of a scan.
    /// </summary>
    /// <param name="text">The beginning; empty for all texts.</param>
    /// <param name="isExact">False when the beginning was cut short: the scan gives other texts, too.</param>
    public static byte[] OfTextPrefix(string text, out bool isExact) => OfText(text, out isExact)[..^1];

    /// <summary>A value that is told by its kind alone.</summary>
    /// <param name="kind">Neither Number nor Text.</param>
    public static byte[] Of(IndexValueKind kind)
    {
        Invariant.Check(kind is not (IndexValueKind.Number or IndexValueKind.Text));
        return [MarkerOf(kind)];
    }

    /// <summary>The kind of a written value; false for bytes that begin none.</summary>
    /// <param name="value">Begins with the value.</param>
    /// <param name="isDescending">Whether it was inverted.</param>
    /// <param name="kind">The kind.</param>
    public static bool TryReadKind(ReadOnlySpan<byte> value, bool isDescending, out IndexValueKind kind)
    {
        int marker = value.IsEmpty ? 0 : isDescending ? (byte)~value[0] : value[0];
        kind = (IndexValueKind)((marker - FirstMarker) / MarkerStep);
        return marker >= FirstMarker && (marker - FirstMarker) % MarkerStep == 0 && kind <= IndexValueKind.Object;
    }

    /// <summary>Length of the value that bytes begin with; 0 for none.</summary>
    /// <param name="bytes">Any bytes.</param>
    /// <param name="isDescending">Whether the value was inverted.</param>
    public static int LengthOf(ReadOnlySpan<byte> bytes, bool isDescending)
    {
        if (!TryReadKind(bytes, isDescending, out IndexValueKind kind))
        {
            return 0;
        }

        switch (kind)
        {
            case IndexValueKind.Number:
                return bytes.Length < NumberBytes ? 0 : NumberBytes;
            case IndexValueKind.Text:
                int end = bytes[1..].IndexOf(isDescending ? (byte)0xFF : (byte)0);
                return end is < 0 or > MaxTextBytes ? 0 : end + 2;
            default:
                return 1;
        }
    }

    /// <summary>Reads a number that <see cref="WriteNumber"/> wrote.</summary>
    public static double ReadNumber(ReadOnlySpan<byte> value, bool isDescending = false)
    {
        ulong ordered = BinaryPrimitives.ReadUInt64BigEndian(value[1..]);
        ordered = isDescending ? ~ordered : ordered;
        return BitConverter.UInt64BitsToDouble((ordered & Sign) != 0 ? ordered & ~Sign : ~ordered);
    }

    /// <summary>Reads a text that <see cref="WriteText"/> wrote, up to where it was cut.</summary>
    /// <param name="value">The value, whole.</param>
    /// <param name="destination">At least <see cref="MaxTextBytes"/>.</param>
    /// <param name="isDescending">Whether it was inverted.</param>
    /// <returns>Bytes of UTF-8 written.</returns>
    public static int ReadText(ReadOnlySpan<byte> value, Span<byte> destination, bool isDescending = false)
    {
        ReadOnlySpan<byte> raised = value[1..^1];
        for (int at = 0; at < raised.Length; at++)
        {
            destination[at] = (byte)((isDescending ? (byte)~raised[at] : raised[at]) - 1);
        }

        return raised.Length;
    }

    /// <summary>Adds one to each byte; none is FF, so none carries into its neighbour.</summary>
    private static void Raise(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int at = 0;
        for (; at + sizeof(ulong) <= source.Length; at += sizeof(ulong))
        {
            ulong eight = MemoryMarshal.Read<ulong>(source[at..]);
            MemoryMarshal.Write(destination[at..], eight + EachByte);
        }

        for (; at < source.Length; at++)
        {
            destination[at] = (byte)(source[at] + 1);
        }
    }
}
