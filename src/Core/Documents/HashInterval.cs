using System.Buffers.Binary;

namespace Nacre.Core.Documents;

/// <summary>An interval of a container's hash space, never empty.</summary>
/// <param name="Min">Inclusive.</param>
/// <param name="Max">Exclusive, above <paramref name="Min"/>.</param>
public readonly record struct HashInterval(HashBound Min, HashBound Max)
{
    /// <summary>One past the greatest first level of a hash, whose first byte is at most 3F.</summary>
    private static readonly UInt128 SpaceEnd = UInt128.One << 126;

    /// <summary>The whole space.</summary>
    public static HashInterval Whole => new(HashBound.Minimum, HashBound.Maximum);

    /// <summary>The hashes of all keys that begin with <paramref name="prefix"/>.</summary>
    /// <remarks>Different keys may share a hash: whoever scans the interval compares keys too.</remarks>
    public static HashInterval Below(in PartitionKey prefix)
    {
        Span<byte> bytes = stackalloc byte[PartitionKeyHash.MaxBytes + 1];
        int length = PartitionKeyHash.Write(prefix, bytes);
        bytes[length] = 0xFF;
        return new(HashBound.FromBytes(bytes[..length]), HashBound.FromBytes(bytes[..(length + 1)]));
    }

    /// <summary>True when a hash lies inside.</summary>
    /// <param name="hash">As <see cref="PartitionKeyHash"/> writes it.</param>
    public bool Contains(ReadOnlySpan<byte> hash) =>
        hash.SequenceCompareTo(Min.Bytes) >= 0 && hash.SequenceCompareTo(Max.Bytes) < 0;

    /// <summary>True when both have a hash in common.</summary>
    public bool Overlaps(HashInterval other) => Min < other.Max && other.Min < Max;

    /// <summary>
    /// Cuts into parts of equal size (but for rounding) that tile this interval. Cuts fall between keys' first
    /// levels, so that all keys below a prefix stay together.
    /// </summary>
    /// <param name="parts">From 1; no more than the interval has hashes.</param>
    public HashInterval[] Split(int parts)
    {
        Invariant.Check(parts > 0);
        UInt128 start = FirstLevel(Min);
        UInt128 end = FirstLevel(Max);
        Invariant.Check(end >= start && end - start >= (UInt128)parts);
        UInt128 size = (end - start) / (UInt128)parts;
        UInt128 rest = (end - start) % (UInt128)parts;

        var intervals = new HashInterval[parts];
        HashBound from = Min;
        for (int part = 0; part < parts; part++)
        {
            start += size + (UInt128.CreateChecked(part) < rest ? UInt128.One : UInt128.Zero);
            HashBound to = part == parts - 1 ? Max : BoundAt(start);
            intervals[part] = new HashInterval(from, to);
            from = to;
        }

        return intervals;
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{Min}, {Max})";

    private static UInt128 FirstLevel(HashBound bound)
    {
        Span<byte> bytes = stackalloc byte[PartitionKeyHash.LevelBytes];
        bytes.Clear();
        bound.Bytes[..Math.Min(bound.Bytes.Length, bytes.Length)].CopyTo(bytes);
        return UInt128.Min(BinaryPrimitives.ReadUInt128BigEndian(bytes), SpaceEnd);
    }

    /// <summary>Trailing zeros go: the shorter string splits the same hashes.</summary>
    private static HashBound BoundAt(UInt128 point)
    {
        Span<byte> bytes = stackalloc byte[PartitionKeyHash.LevelBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, point);
        return HashBound.FromBytes(bytes.TrimEnd((byte)0));
    }
}
