using System.Buffers.Binary;
using System.Numerics;

namespace Nacre.Client.Topology;

/// <summary>MurmurHash3, x64, 128 bits, with seed 0: what places partition keys in a container's ranges.</summary>
internal static class Murmur3
{
    private const ulong C1 = 0x87c37b91114253d5;
    private const ulong C2 = 0x4cf5ad432745937f;

    /// <summary>Hashes bytes.</summary>
    /// <param name="data">Any length.</param>
    /// <returns>First and second half, as the reference implementation returns them.</returns>
    public static (ulong First, ulong Second) Hash128(ReadOnlySpan<byte> data)
    {
        ulong h1 = 0;
        ulong h2 = 0;
        int length = data.Length;

        while (data.Length >= 16)
        {
            h1 ^= MixFirst(BinaryPrimitives.ReadUInt64LittleEndian(data));
            h1 = (BitOperations.RotateLeft(h1, 27) + h2) * 5 + 0x52dce729;
            h2 ^= MixSecond(BinaryPrimitives.ReadUInt64LittleEndian(data[8..]));
            h2 = (BitOperations.RotateLeft(h2, 31) + h1) * 5 + 0x38495ab5;
            data = data[16..];
        }

        if (data.Length > 8)
        {
            h2 ^= MixSecond(ReadTail(data[8..]));
            data = data[..8];
        }

        if (data.Length > 0)
        {
            h1 ^= MixFirst(ReadTail(data));
        }

        h1 ^= (ulong)length;
        h2 ^= (ulong)length;
        h1 += h2;
        h2 += h1;
        h1 = Finish(h1);
        h2 = Finish(h2);
        h1 += h2;
        h2 += h1;
        return (h1, h2);
    }

    private static ulong MixFirst(ulong k) => BitOperations.RotateLeft(k * C1, 31) * C2;

    private static ulong MixSecond(ulong k) => BitOperations.RotateLeft(k * C2, 33) * C1;

    private static ulong Finish(ulong h)
    {
        h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
        h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
        return h ^ (h >> 33);
    }

    private static ulong ReadTail(ReadOnlySpan<byte> tail)
    {
        ulong value = 0;
        for (int at = tail.Length - 1; at >= 0; at--)
        {
            value = (value << 8) | tail[at];
        }

        return value;
    }
}
