using System.Buffers.Binary;

namespace Nacre.Storage.Trees;

/// <summary>Arithmetic of keys: byte strings ordered byte by byte, unsigned, a prefix before what it begins.</summary>
internal static class KeyBytes
{
    /// <summary>Bytes that <see cref="Head"/> looks at.</summary>
    public const int HeadBytes = sizeof(ulong);

    /// <summary>
    /// The first eight bytes as a number, padded with zeros: keys whose heads differ are ordered as their heads are;
    /// of equal heads nothing is known.
    /// </summary>
    public static ulong Head(ReadOnlySpan<byte> key)
    {
        if (key.Length >= HeadBytes)
        {
            return BinaryPrimitives.ReadUInt64BigEndian(key);
        }

        Span<byte> padded = stackalloc byte[HeadBytes];
        padded.Clear();
        key.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }

    /// <summary>Length of the shortest prefix of <paramref name="right"/> that is above <paramref name="left"/>.</summary>
    /// <param name="left">A key.</param>
    /// <param name="right">A key above it.</param>
    public static int SeparatorLength(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.CommonPrefixLength(right) + 1;
}
