namespace Nacre.Core.Ids;

/// <summary>A user of a database; never reused: the sequence of the control command that made it.</summary>
/// <param name="Value">From 1.</param>
public readonly record struct UserId(ulong Value) : IComparable<UserId>
{
    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(UserId left, UserId right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(UserId left, UserId right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(UserId left, UserId right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(UserId left, UserId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(UserId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
