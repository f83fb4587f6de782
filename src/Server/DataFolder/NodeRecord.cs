using System.Collections.Immutable;
using Nacre.Core.Ids;

namespace Nacre.Server.DataFolder;

/// <summary>What the file <c>node</c> of a data folder says. Layout in <c>docs/formats/node.md</c>.</summary>
/// <param name="State">What the folder was doing.</param>
/// <param name="Cluster">The cluster that the folder belongs to.</param>
/// <param name="Node">The node that it is.</param>
/// <param name="DataShards">Data shards, fixed when the folder was made: 1 to 1,024.</param>
/// <param name="CreatedMs">When it was made, Unix time in milliseconds.</param>
/// <param name="Starts">How often it was opened; rises with each start.</param>
/// <param name="KeyRingGeneration">The key ring's generation when this was written: an older ring was put back.</param>
/// <param name="Points">Ascending by shard, one for each; empty unless <see cref="NodeState.Clean"/>.</param>
public sealed record NodeRecord(
    NodeState State,
    ClusterId Cluster,
    NodeId Node,
    int DataShards,
    long CreatedMs,
    ulong Starts,
    ulong KeyRingGeneration,
    ImmutableArray<ShardPoint> Points)
{
    /// <summary>The most data shards that a folder may have.</summary>
    public const int MaxDataShards = 1024;
}
