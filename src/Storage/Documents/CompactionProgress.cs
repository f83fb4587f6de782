namespace Nacre.Storage.Documents;

/// <summary>
/// Counts the slices of compaction, so that a view can tell whether what it misses may have been compacted away since.
/// </summary>
internal sealed class CompactionProgress
{
    private long _slices;

    /// <summary>Slices so far. Readable from any thread.</summary>
    public long Slices => Volatile.Read(ref _slices);

    /// <summary>One more; by the applier, before the slice.</summary>
    public void Begin() => Volatile.Write(ref _slices, _slices + 1);
}
