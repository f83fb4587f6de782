namespace Nacre.Core.Ids;

/// <summary>Counts the write regions that a placement policy has had; rises with each failover.</summary>
/// <param name="Value">From 1.</param>
public readonly record struct WriteEpoch(uint Value) : IComparable<WriteEpoch>
{
    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(WriteEpoch left, WriteEpoch right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(WriteEpoch left, WriteEpoch right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(WriteEpoch left, WriteEpoch right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(WriteEpoch left, WriteEpoch right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(WriteEpoch other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
