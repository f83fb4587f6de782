namespace Nacre.Server.Administration;

/// <summary>How a node is doing, as another one sees it.</summary>
/// <param name="IsReachable">Whether it answers at this moment.</param>
/// <param name="ShardsLed">Shards that it leads.</param>
/// <param name="Replicas">Replicas that it holds.</param>
/// <param name="LastHeard">When it was last heard; null: never.</param>
/// <param name="Lag">Entries that its replica furthest behind lacks of what is committed.</param>
internal sealed record ClusterNodeHealth(bool IsReachable, uint ShardsLed, uint Replicas, DateTimeOffset? LastHeard, ulong Lag);
