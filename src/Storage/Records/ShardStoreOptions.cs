using Microsoft.Extensions.Logging;
using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Time;
using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

/// <summary>What a shard's store is made with.</summary>
internal sealed record ShardStoreOptions
{
    /// <summary>Where files are.</summary>
    public required IFileSystem FileSystem { get; init; }

    /// <summary>The shard's folder, its own alone; made when it is not there.</summary>
    public required string Directory { get; init; }

    /// <summary>Which shard.</summary>
    public required ShardId Shard { get; init; }

    /// <summary>Whose keys its files are under.</summary>
    public required KeyDomainId Domain { get; init; }

    /// <summary>Where keys come from.</summary>
    public required IDataKeys Keys { get; init; }

    /// <summary>Where salts and names come from.</summary>
    public required IRandomSource Random { get; init; }

    /// <summary>The clock: deadlines, and retries on a full disk.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The node's I/O threads; they outlive the store.</summary>
    public required IoThreads Io { get; init; }

    /// <summary>Where notable events are told; null for nowhere.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>
    /// Memory in bytes for both record stores: newest log pages, hash indexes, tags. Default 128 MiB, at least 16 pages
    /// a store; live at the next start. The hash indexes take about 16 bytes a record, more than the budget if it is
    /// too small for them.
    /// </summary>
    public long MemoryBytes { get; init; } = 128L << 20;

    /// <summary>Share of <see cref="MemoryBytes"/> for tree nodes, 0.05 to 0.95. Live at the next start.</summary>
    public double NodeShare { get; init; } = 0.3;

    /// <summary>Bytes of a log page, 128 KiB to 16 MiB, a power of two. Fixed when the store is created.</summary>
    public int PageBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Groups of 512 KiB in a segment file, 1 to 128, a power of two. Fixed when the store is created.
    /// </summary>
    public int SegmentGroups { get; init; } = BlockGeometry.MaxGroups;

    /// <summary>
    /// Disk space kept reserved ahead of the items' log, for what is committed when the disk fills up; ahead of the nodes',
    /// whose writes can wait, at most 8 MiB of it. Live at the next start.
    /// </summary>
    public long ReserveBytes { get; init; } = 8L << 20;

    /// <summary>Disk space reserved at a time. Live at the next start.</summary>
    public long ReserveStepBytes { get; init; } = 4L << 20;

    /// <summary>
    /// Log bytes after which a new checkpoint of a hash index is taken, or four times the index if that is more: what
    /// recovery must read at most, about. Live.
    /// </summary>
    public long IndexCheckpointBytes { get; init; } = 256L << 20;

    /// <summary>Time after which a checkpoint that is not durable stops the store. Live at the next start.</summary>
    public TimeSpan CheckpointDeadline { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// True for a store that is only looked at: nothing in its folder is made, reserved, removed or changed, and nothing
    /// may be written to it. Default false.
    /// </summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Throws unless every option is in its range.</summary>
    public void Validate()
    {
        Invariant.Check(PageBytes is >= 1 << 17 and <= 1 << 24);
        Invariant.Check(int.IsPow2(PageBytes));
        Invariant.Check(NodeShare is >= 0.05 and <= 0.95);
        Invariant.Check(MemoryBytes >= 16L * PageBytes);
        Invariant.Check(ReserveBytes >= PageBytes);
        Invariant.Check(ReserveStepBytes >= BlockGeometry.BlockBytes);
        Invariant.Check(IndexCheckpointBytes > 0);
        Invariant.Check(CheckpointDeadline > TimeSpan.Zero);
    }
}
