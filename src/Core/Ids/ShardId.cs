namespace Nacre.Core.Ids;

/// <summary>One Raft group of the cluster: one log sequence, one store, one applier.</summary>
/// <param name="Value">0 is the control shard; data shards count from 1.</param>
public readonly record struct ShardId(uint Value) : IComparable<ShardId>
{
    /// <summary>The control shard: catalogue, keys, settings.</summary>
    public static ShardId Control => new(0);

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <(ShardId left, ShardId right) => left.Value < right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >(ShardId left, ShardId right) => left.Value > right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator <=(ShardId left, ShardId right) => left.Value <= right.Value;

    /// <summary>Compares by <see cref="Value"/>.</summary>
    public static bool operator >=(ShardId left, ShardId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(ShardId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
