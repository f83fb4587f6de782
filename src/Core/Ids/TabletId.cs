namespace Nacre.Core.Ids;

/// <summary>A range's id inside one shard's store: the first bytes of its tree keys. Never reused in that store.</summary>
/// <param name="Value">From 1.</param>
public readonly record struct TabletId(uint Value) : IComparable<TabletId>
{
    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(TabletId left, TabletId right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(TabletId left, TabletId right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(TabletId left, TabletId right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(TabletId left, TabletId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(TabletId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
