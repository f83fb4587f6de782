using Nacre.Core.Ids;

namespace Nacre.Storage.Devices;

/// <summary>What a manifest keeps of a block log: enough to read, and to prove, every block below the end.</summary>
/// <param name="Log">The log's name.</param>
/// <param name="End">Where the data ends; a multiple of the block size. What files hold beyond it is ignored.</param>
/// <param name="NextEpoch">Ordinal for the next epoch.</param>
/// <param name="Epochs">Every epoch that a block below the end is under, rising.</param>
/// <param name="Sealed">The full segments, rising without gaps.</param>
/// <param name="Tail">The segment that the end lies in; null when the end is a segment's end.</param>
internal sealed record BlockLogState(
    BlockLogId Log,
    long End,
    uint NextEpoch,
    IReadOnlyList<BlockEpoch> Epochs,
    IReadOnlyList<SealedSegmentState> Sealed,
    TailSegmentState? Tail)
{
    /// <summary>A new log's.</summary>
    public static BlockLogState New(BlockLogId log) => new(log, 0, 1, [], [], null);

    /// <summary>Names of the files that it needs.</summary>
    public IEnumerable<string> Files()
    {
        foreach (SealedSegmentState segment in Sealed)
        {
            yield return Log.FileName(segment.Number, segment.Generation);
        }

        if (Tail is { } tail)
        {
            yield return Log.FileName(tail.Number, tail.Generation);
        }
    }

    /// <summary>Data keys that it needs.</summary>
    public IEnumerable<DataKeyId> Keys() => Epochs.Select(epoch => epoch.Key).Distinct();
}
