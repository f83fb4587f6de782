namespace Nacre.Core.Ids;

/// <summary>One incarnation of a container: one made again under the same name has another. Never reused.</summary>
/// <param name="Value">From 1.</param>
public readonly record struct ContainerId(ulong Value) : IComparable<ContainerId>
{
    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(ContainerId left, ContainerId right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(ContainerId left, ContainerId right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(ContainerId left, ContainerId right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(ContainerId left, ContainerId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(ContainerId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
