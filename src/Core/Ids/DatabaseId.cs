namespace Nacre.Core.Ids;

/// <summary>A database; never reused.</summary>
/// <param name="Value">From 1.</param>
public readonly record struct DatabaseId(ulong Value) : IComparable<DatabaseId>
{
    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(DatabaseId left, DatabaseId right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(DatabaseId left, DatabaseId right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(DatabaseId left, DatabaseId right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(DatabaseId left, DatabaseId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(DatabaseId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
