namespace Nacre.Core.Ids;

/// <summary>Log sequence number of a range: rises with each of its writes, never falls. Below 2^53.</summary>
/// <param name="Value">0 means none.</param>
public readonly record struct Lsn(ulong Value) : IComparable<Lsn>
{
    /// <summary>The one after this.</summary>
    public Lsn Next => new(checked(Value + 1));

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(Lsn left, Lsn right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(Lsn left, Lsn right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(Lsn left, Lsn right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(Lsn left, Lsn right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(Lsn other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
