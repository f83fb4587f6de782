using System.Buffers.Binary;
using Nacre.Core.Ids;

namespace Nacre.Core.Indexing;

/// <summary>
/// An item's number in the indexes of its range: it stays while the item is replaced, and no other item of the range
/// ever has it. Numbers rise in the order in which the items were made.
/// </summary>
/// <param name="Value">The write that made the item, and the operation within it; 0 for none.</param>
public readonly record struct ItemNumber(ulong Value) : IComparable<ItemNumber>
{
    /// <summary>Bytes in a key.</summary>
    public const int SizeBytes = sizeof(ulong);

    private const int OrdinalBits = 7;

    /// <summary>The write that the number is of.</summary>
    public Lsn Lsn => new(Value >> OrdinalBits);

    /// <summary>The operation within the write.</summary>
    public ushort Ordinal => (ushort)(Value & ((1 << OrdinalBits) - 1));

    /// <summary>The number that a write's operation gives.</summary>
    /// <param name="lsn">The write.</param>
    /// <param name="ordinal">Below 128; a command has at most 100 operations.</param>
    public static ItemNumber Of(Lsn lsn, ushort ordinal)
    {
        Invariant.Check(ordinal < 1 << OrdinalBits);
        return new((lsn.Value << OrdinalBits) | ordinal);
    }

    /// <summary>Reads a number.</summary>
    /// <param name="source">At least <see cref="SizeBytes"/>.</param>
    public static ItemNumber Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt64BigEndian(source));

    /// <summary>Writes the number so that it sorts.</summary>
    /// <param name="destination">At least <see cref="SizeBytes"/>.</param>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt64BigEndian(destination, Value);

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(ItemNumber left, ItemNumber right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(ItemNumber left, ItemNumber right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(ItemNumber left, ItemNumber right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(ItemNumber left, ItemNumber right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(ItemNumber other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
