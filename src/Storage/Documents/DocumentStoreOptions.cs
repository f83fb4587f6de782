using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <summary>How a data shard's state machine keeps its documents.</summary>
public sealed record DocumentStoreOptions
{
    /// <summary>The cluster; entries of another stop the replica.</summary>
    public required ClusterId Cluster { get; init; }

    /// <summary>The shard; entries of another stop the replica.</summary>
    public required ShardId Shard { get; init; }

    /// <summary>
    /// Bytes of index changes held in memory for both trees together before they are written to them; up to four times
    /// that where entries come faster. More means fewer rewritten nodes and larger manifests. Default 16 MiB; 64 KiB to
    /// 1 GiB; may change at a restart.
    /// </summary>
    public long BufferBytes { get; init; } = 16 << 20;

    /// <summary>
    /// Bytes of a tree up to which a checkpoint drains its buffer in any case; a larger tree's buffer, unless it is
    /// half as large as the tree, goes into the manifest. Default 2 MiB; from 0; may change at a restart.
    /// </summary>
    public long CheckpointDrainBytes { get; init; } = 2 << 20;

    /// <summary>Bytes of tree nodes kept in memory. Default 64 MiB; from 0; may change at a restart.</summary>
    public long NodeCacheBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Size in bytes up to which tree nodes are filled. Default 8,192; 1,024 to 32,768; may change at a restart.
    /// </summary>
    public int NodeBytes { get; init; } = 8192;

    /// <summary>
    /// Share of dead bytes in a record log from which it is compacted. Less means a smaller disk and more copying.
    /// Default 0.2; 0.05 to 0.9; may change at a restart.
    /// </summary>
    public double CompactAtDeadShare { get; init; } = 0.2;

    /// <summary>
    /// Bytes that must be dead before compaction is worth its while. Default 16 MiB; from 0; may change at a restart.
    /// </summary>
    public long CompactAtDeadBytes { get; init; } = 16 << 20;

    /// <summary>
    /// Bytes of a record log that one slice of compaction looks at. Default 512 KiB; from 4 KiB; may change at a
    /// restart.
    /// </summary>
    public long CompactionSliceBytes { get; init; } = 512 << 10;

    /// <summary>Throws unless every option is in its range.</summary>
    public void Validate()
    {
        Invariant.Check(BufferBytes is >= 64 << 10 and <= 1L << 30);
        Invariant.Check(CheckpointDrainBytes >= 0);
        Invariant.Check(NodeCacheBytes >= 0);
        Invariant.Check(CompactAtDeadShare is >= 0.05 and <= 0.9);
        Invariant.Check(CompactAtDeadBytes >= 0);
        Invariant.Check(CompactionSliceBytes >= 4 << 10);
        new TreeOptions { NodeBytes = NodeBytes }.Validate();
    }
}
