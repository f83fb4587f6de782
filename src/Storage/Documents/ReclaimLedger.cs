namespace Nacre.Storage.Documents;

/// <summary>
/// Counts the bytes of a record log that compaction has passed over and that are not given back yet: that happens
/// with the second checkpoint after. Without it they would look dead and be compacted over and over.
/// </summary>
/// <remarks>Thread: the applier.</remarks>
internal sealed class ReclaimLedger
{
    // Invariants:
    // - _givenBack <= _atNewer <= _atBegun <= _looked, all counted since the store was opened.
    private long _looked;
    private long _atBegun;
    private long _atNewer;
    private long _givenBack;

    /// <summary>Bytes passed over and not given back yet.</summary>
    public long Awaiting => _looked - _givenBack;

    /// <summary>Compaction has passed over some more.</summary>
    public void Looked(long bytes) => _looked += bytes;

    /// <summary>A checkpoint began.</summary>
    public void CheckpointBegan() => _atBegun = _looked;

    /// <summary>The checkpoint is durable: what had been passed over when the one before it began is given back.</summary>
    public void CheckpointEnded()
    {
        _givenBack = _atNewer;
        _atNewer = _atBegun;
    }
}
