namespace Nacre.Core.Ids;

/// <summary>Counts the changes of a shard's replica set.</summary>
/// <param name="Value">From 1.</param>
public readonly record struct ReplicaSetGeneration(uint Value) : IComparable<ReplicaSetGeneration>
{
    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(ReplicaSetGeneration left, ReplicaSetGeneration right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(ReplicaSetGeneration left, ReplicaSetGeneration right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(ReplicaSetGeneration left, ReplicaSetGeneration right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(ReplicaSetGeneration left, ReplicaSetGeneration right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(ReplicaSetGeneration other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
