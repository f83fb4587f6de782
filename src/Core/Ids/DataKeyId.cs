namespace Nacre.Core.Ids;

/// <summary>A data-encryption key; never reused in a cluster.</summary>
/// <param name="Value">From 1; 0 means none.</param>
public readonly record struct DataKeyId(uint Value) : IComparable<DataKeyId>
{
    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(DataKeyId left, DataKeyId right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(DataKeyId left, DataKeyId right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(DataKeyId left, DataKeyId right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(DataKeyId left, DataKeyId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(DataKeyId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
