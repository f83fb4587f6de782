namespace Nacre.Nemesis.Tests.Processes;

/// <summary>What a cluster is made of. Steps of one shape share a cluster.</summary>
internal sealed record ClusterShape
{
    /// <summary>For the faults: work in more than one shard, and little memory.</summary>
    public static ClusterShape Usual { get; } = new();

    /// <summary>Nodes at the founding.</summary>
    public int Members { get; init; } = 3;

    /// <summary>Data shards.</summary>
    public int Shards { get; init; } = 2;

    /// <summary>Each node's memory for caches and buffers.</summary>
    public long MemoryBytes { get; init; } = 128L << 20;

    /// <summary>True: proxies between the nodes in any case, since single packets through this program would take what is to be measured.</summary>
    public bool UsesProxies { get; init; }
}
