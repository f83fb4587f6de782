using System.Numerics;

namespace Nacre.Storage.Documents;

/// <summary>Numbers in 1 to 10 bytes: 7 bits a byte, lowest first, the high bit set on all but the last.</summary>
internal static class VarInt
{
    /// <summary>Longest encoding.</summary>
    public const int MaxBytes = 10;

    /// <summary>Bytes that a number takes.</summary>
    public static int SizeOf(ulong value) => 1 + (BitOperations.Log2(value | 1) / 7);

    /// <summary>Writes a number.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(ulong value, Span<byte> destination)
    {
        int at = 0;
        while (value >= 0x80)
        {
            destination[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[at++] = (byte)value;
        return at;
    }

    /// <summary>Reads a number and moves past it.</summary>
    /// <returns>
    /// False where no number of at most 64 bits ends within the bytes, or one has bytes that say nothing.
    /// </returns>
    public static bool TryRead(ref ReadOnlySpan<byte> source, out ulong value)
    {
        value = 0;
        for (int at = 0; at < source.Length && at < MaxBytes; at++)
        {
            byte part = source[at];
            if (at == MaxBytes - 1 && part > 1)
            {
                return false;
            }

            value |= (ulong)(part & 0x7F) << (7 * at);
            if (part < 0x80)
            {
                source = source[(at + 1)..];
                return at == 0 || part != 0;
            }
        }

        return false;
    }
}
