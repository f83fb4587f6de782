namespace Nacre.Storage.SharedLog;

/// <summary>How a <see cref="SegmentedLog"/> uses disk and memory.</summary>
public sealed record SegmentedLogOptions
{
    /// <summary>The folder of the segments; made when it is not there. Nothing else lies in it. May change: never.</summary>
    public required string Directory { get; init; }

    /// <summary>
    /// Size of a full-grown segment, in bytes. Default 64 MiB; 64 KiB to 1 GiB, a multiple of 4,096, at least
    /// <see cref="InitialSegmentBytes"/>. May change: restart.
    /// </summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>
    /// Size of the segment that each open starts with, and of those made in a hurry; the following ones double up to
    /// <see cref="SegmentBytes"/>. Default 8 MiB; 64 KiB to 1 GiB, a multiple of 4,096. It bounds a single append:
    /// see <see cref="MaxAppendBytes"/>. May change: restart.
    /// </summary>
    public long InitialSegmentBytes { get; init; } = 8L << 20;

    /// <summary>
    /// Room kept back in the last segment while no other stands ready, in bytes: the log's own records fit there when
    /// the disk is full. Default 64 KiB; 8 KiB to 1 MiB, a multiple of 4,096. May change: restart.
    /// </summary>
    public long ReserveBytes { get; init; } = 64L << 10;

    /// <summary>
    /// Bytes of appends that may wait for the disk before <see cref="SegmentedLog.AppendAsync"/> makes its callers
    /// wait. Default 16 MiB; from 1. May change: restart.
    /// </summary>
    public long QueueBytes { get; init; } = 16L << 20;

    /// <summary>
    /// Bytes of recently appended records kept in memory, clear, for readers; at least room for one frame is taken.
    /// Default 8 MiB; 0 to 1 GiB. May change: restart.
    /// </summary>
    public int CacheBytes { get; init; } = 8 << 20;

    /// <summary>
    /// Quiet time after which a seal is written, so that rot in the last frame can be told from a torn one. Default
    /// 1 s; zero for none. May change: restart.
    /// </summary>
    public TimeSpan IdleSealAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A shard whose unreleased entries reach over more segments is reported through <see cref="LogHooks.ShardPinned"/>.
    /// Default 4; from 1. May change: restart.
    /// </summary>
    public int MaxPinnedSegments { get; init; } = 4;

    /// <summary>
    /// Files of freed segments that are kept to be used again; the others are removed. Default 2; from 1 to 64. May
    /// change: restart.
    /// </summary>
    public int SpareSegments { get; init; } = 2;

    /// <summary>
    /// Time between attempts to make the next segment while the disk refuses. Default 1 s; above zero. May change:
    /// restart.
    /// </summary>
    public TimeSpan SpareRetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// What one append may measure: the sum over its entries of length and 64 bytes. About 4 MiB at the defaults,
    /// less with small segments.
    /// </summary>
    public int MaxAppendBytes =>
        (int)Math.Min(LogFormat.MaxFrameBytes, InitialSegmentBytes - LogFormat.FirstFrameOffset - ReserveBytes) - FrameOverheadBytes;

    /// <summary>What a frame's own parts may take: its header with all sections, and truncation records.</summary>
    internal const int FrameOverheadBytes = 2 * LogFormat.BlockBytes;

    /// <summary>The shortest segment in which every append has room.</summary>
    internal long LeastSegmentBytes => LogFormat.FirstFrameOffset + ReserveBytes + MaxAppendBytes + FrameOverheadBytes;

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> for a value out of its range.</summary>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Directory);
        CheckSegment(SegmentBytes, nameof(SegmentBytes));
        CheckSegment(InitialSegmentBytes, nameof(InitialSegmentBytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(InitialSegmentBytes, SegmentBytes);
        CheckBlocks(ReserveBytes, 8L << 10, 1L << 20, nameof(ReserveBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(InitialSegmentBytes, 4 * ReserveBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(QueueBytes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(CacheBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CacheBytes, 1 << 30);
        ArgumentOutOfRangeException.ThrowIfLessThan(IdleSealAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPinnedSegments, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(SpareSegments, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SpareSegments, 64);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SpareRetryAfter, TimeSpan.Zero);
    }

    private static void CheckSegment(long bytes, string name) => CheckBlocks(bytes, 64L << 10, 1L << 30, name);

    private static void CheckBlocks(long bytes, long least, long most, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, most, name);
        if (bytes % LogFormat.BlockBytes != 0)
        {
            throw new ArgumentOutOfRangeException(name, bytes, $"must be a multiple of {LogFormat.BlockBytes}");
        }
    }
}
