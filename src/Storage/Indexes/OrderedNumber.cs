using System.Buffers.Binary;
using System.Numerics;

namespace Nacre.Storage.Indexes;

/// <summary>Small numbers at the beginning of keys: few bytes, sorted as the numbers are, none beginning another.</summary>
internal static class OrderedNumber
{
    /// <summary>Longest encoding.</summary>
    public const int MaxBytes = 1 + sizeof(uint);

    /// <summary>Numbers below this are one byte; else it, plus how many bytes follow, less one, comes first.</summary>
    private const byte OneByteBelow = 0xF8;

    /// <summary>Writes a number.</summary>
    /// <param name="value">The number.</param>
    /// <param name="destination">At least <see cref="MaxBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(uint value, Span<byte> destination)
    {
        if (value < OneByteBelow)
        {
            destination[0] = (byte)value;
            return 1;
        }

        int bytes = 1 + (BitOperations.Log2(value) / 8);
        destination[0] = (byte)(OneByteBelow + bytes - 1);
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], value << (8 * (sizeof(uint) - bytes)));
        return 1 + bytes;
    }

    /// <summary>Reads a number.</summary>
    /// <param name="source">Any bytes.</param>
    /// <param name="value">The number.</param>
    /// <returns>How many bytes it took; 0 where <see cref="Write"/> wrote none.</returns>
    public static int Read(ReadOnlySpan<byte> source, out uint value)
    {
        value = 0;
        if (source.IsEmpty)
        {
            return 0;
        }

        if (source[0] < OneByteBelow)
        {
            value = source[0];
            return 1;
        }

        int bytes = source[0] - OneByteBelow + 1;
        if (bytes > sizeof(uint) || source.Length <= bytes)
        {
            return 0;
        }

        for (int at = 1; at <= bytes; at++)
        {
            value = (value << 8) | source[at];
        }

        return value >= OneByteBelow && 1 + (BitOperations.Log2(value) / 8) == bytes ? 1 + bytes : 0;
    }
}
