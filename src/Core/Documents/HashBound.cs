namespace Nacre.Core.Documents;

/// <summary>
/// A point of a container's hash space: a byte string, compared as such. Text form: upper-case hexadecimal.
/// <see cref="Minimum"/> is the empty string; <see cref="Maximum"/>, FF, is above every hash.
/// </summary>
public readonly struct HashBound : IEquatable<HashBound>, IComparable<HashBound>
{
    private readonly byte[]? _bytes;

    private HashBound(byte[] bytes) => _bytes = bytes;

    /// <summary>The beginning; the default value.</summary>
    public static HashBound Minimum => default;

    /// <summary>The end, exclusive.</summary>
    public static HashBound Maximum { get; } = new([0xFF]);

    /// <summary>0 to <see cref="PartitionKeyHash.MaxBytes"/> + 1 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Copies bytes.</summary>
    public static HashBound FromBytes(ReadOnlySpan<byte> bytes)
    {
        Invariant.Check(bytes.Length <= PartitionKeyHash.MaxBytes + 1);
        return bytes.IsEmpty ? default : new HashBound(bytes.ToArray());
    }

    /// <summary>Reads the text form in either case; false for anything else.</summary>
    public static bool TryParse(string hex, out HashBound bound)
    {
        bound = default;
        if (hex.Length % 2 != 0 || hex.Length > (PartitionKeyHash.MaxBytes + 1) * 2)
        {
            return false;
        }

        byte[] bytes = new byte[hex.Length / 2];
        if (Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        bound = FromBytes(bytes);
        return true;
    }

    /// <summary>Compares as byte strings.</summary>
    public static bool operator <(HashBound left, HashBound right) => left.CompareTo(right) < 0;

    /// <summary>Compares as byte strings.</summary>
    public static bool operator >(HashBound left, HashBound right) => left.CompareTo(right) > 0;

    /// <summary>Compares as byte strings.</summary>
    public static bool operator <=(HashBound left, HashBound right) => left.CompareTo(right) <= 0;

    /// <summary>Compares as byte strings.</summary>
    public static bool operator >=(HashBound left, HashBound right) => left.CompareTo(right) >= 0;

    /// <summary>Compares as byte strings.</summary>
    public static bool operator ==(HashBound left, HashBound right) => left.Equals(right);

    /// <summary>Compares as byte strings.</summary>
    public static bool operator !=(HashBound left, HashBound right) => !left.Equals(right);

    /// <inheritdoc/>
    public int CompareTo(HashBound other) => Bytes.SequenceCompareTo(other.Bytes);

    /// <inheritdoc/>
    public bool Equals(HashBound other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is HashBound other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => Convert.ToHexString(Bytes);
}
