namespace Nacre.Client;

/// <summary>How a node is doing, as the node that answered sees it.</summary>
/// <param name="IsReachable">Whether it answers at this moment.</param>
/// <param name="ShardsLed">Shards that it leads.</param>
/// <param name="Replicas">Replicas that it holds.</param>
/// <param name="LastHeardAt">When it was last heard, whole milliseconds, UTC; null: never.</param>
/// <param name="Lag">Entries that its replica furthest behind lacks of what is committed.</param>
public sealed record ClusterNodeHealth(bool IsReachable, int ShardsLed, int Replicas, DateTimeOffset? LastHeardAt, long Lag);
