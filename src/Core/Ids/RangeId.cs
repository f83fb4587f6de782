namespace Nacre.Core.Ids;

/// <summary>A container incarnation's interval of the partition-key hash; never reused.</summary>
/// <param name="Value">From 1.</param>
public readonly record struct RangeId(ulong Value) : IComparable<RangeId>
{
    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(RangeId left, RangeId right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(RangeId left, RangeId right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(RangeId left, RangeId right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(RangeId left, RangeId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(RangeId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
