namespace Nacre.Core.Ids;

/// <summary>A region of the cluster; never reused.</summary>
/// <param name="Value">From 1.</param>
public readonly record struct RegionId(uint Value) : IComparable<RegionId>
{
    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(RegionId left, RegionId right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(RegionId left, RegionId right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(RegionId left, RegionId right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(RegionId left, RegionId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(RegionId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
