namespace Nacre.Server.Hosting;

/// <summary>
/// Sizes that no operator sets: they decide how often a node begins a segment, a checkpoint or a compaction, never what
/// it keeps. Tests make them small, so that a short history meets all of these. All of them may change at a restart,
/// but for those that say otherwise.
/// </summary>
public sealed record StorageSizes
{
    /// <summary>Bytes of a full-grown log segment. Default 32 MiB; 64 KiB to 1 GiB, a multiple of 4,096.</summary>
    public long LogSegmentBytes { get; init; } = 32L << 20;

    /// <summary>Bytes of the first log segment of a start; it bounds one append. Default 8 MiB; 64 KiB to <see cref="LogSegmentBytes"/>.</summary>
    public long FirstLogSegmentBytes { get; init; } = 8L << 20;

    /// <summary>Bytes of entries in one append to the log. Default 1 MiB; 16 KiB to 2 MiB.</summary>
    public int AppendBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Most bytes of applied entries after which a shard takes a checkpoint; a small one takes it sooner. Default 128 MiB;
    /// from 1 KiB.
    /// </summary>
    public long CheckpointAfterBytes { get; init; } = 128L << 20;

    /// <summary>Bytes of a store's segment file. Default 64 MiB; a power of two from 512 KiB. Fixed when a shard is made.</summary>
    public long StoreSegmentBytes { get; init; } = 64L << 20;

    /// <summary>Bytes of a store's log after which its hash index is written anew. Default 256 MiB; above zero.</summary>
    public long IndexCheckpointBytes { get; init; } = 256L << 20;

    /// <summary>Dead bytes of a store's log from which compaction is worth its while. Default 16 MiB; from 0.</summary>
    public long CompactAtDeadBytes { get; init; } = 16L << 20;
}
