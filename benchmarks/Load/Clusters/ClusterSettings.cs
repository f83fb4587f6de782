namespace Nacre.Benchmarks.Load.Clusters;

/// <summary>What a run does.</summary>
/// <param name="Sizes">Bytes of JSON of the items written; the last is that of the items read.</param>
/// <param name="Clients">How many callers, one cell each.</param>
/// <param name="Shards">Data shards of Nacre's clusters: the first stands against etcd, the others against the first.</param>
/// <param name="Records">Items that are there to be read.</param>
/// <param name="Slice">How long a cell runs.</param>
/// <param name="FirstWarmUp">How long writes run before the first round, which is not counted either.</param>
/// <param name="WarmUp">How long writes run each time before a cluster's cells, not counted.</param>
/// <param name="Rounds">How often; medians are over these. One more, before them, warms up.</param>
/// <param name="EtcdConnections">From the driver to etcd's leader.</param>
/// <param name="Program">The nacre to measure; null: the one that was built.</param>
/// <param name="Against">Another one to measure beside it; null: none.</param>
internal sealed record ClusterSettings(
    IReadOnlyList<int> Sizes, IReadOnlyList<int> Clients, IReadOnlyList<int> Shards, long Records, TimeSpan Slice, TimeSpan FirstWarmUp, TimeSpan WarmUp, int Rounds,
    int EtcdConnections, string? Program, string? Against);
