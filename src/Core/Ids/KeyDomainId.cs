namespace Nacre.Core.Ids;

/// <summary>A key domain: one database with a key of its own, or all the others together.</summary>
/// <param name="Value">0 is the shared domain.</param>
public readonly record struct KeyDomainId(uint Value) : IComparable<KeyDomainId>
{
    /// <summary>The domain of the control shard and of every database without a key of its own.</summary>
    public static KeyDomainId Shared => new(0);

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(KeyDomainId left, KeyDomainId right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(KeyDomainId left, KeyDomainId right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(KeyDomainId left, KeyDomainId right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(KeyDomainId left, KeyDomainId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(KeyDomainId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
