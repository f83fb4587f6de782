namespace Nacre.Storage.Records;

/// <summary>
/// Immutable records by key: written once by the shard's applier, read by anybody, dropped by compaction once dead.
/// One contract suite holds the FASTER store and the in-memory one.
/// </summary>
/// <remarks>
/// Reads are thread-safe. Writes come from the applier alone. A read that fails its check throws
/// <see cref="Core.Files.StorageFaultException"/>, never "not found"; after a write fault every call throws.
/// </remarks>
internal interface IRecordStore
{
    /// <summary>Reads a record; completes synchronously when it is in memory.</summary>
    /// <returns>A lease whose <see cref="RecordLease.Found"/> tells whether the record is there.</returns>
    ValueTask<RecordLease> ReadAsync(RecordKey key, CancellationToken cancellationToken);

    /// <summary>Reads a record, blocking on the disk; for the applier, whose prefetch makes misses rare.</summary>
    RecordLease Read(RecordKey key);

    /// <summary>Writes a record under a key that has none, or the same bytes again under replay.</summary>
    /// <param name="key">The key.</param>
    /// <param name="first">First part of the value.</param>
    /// <param name="second">Second part, stored right behind the first; may be empty.</param>
    void Write(RecordKey key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second);

    /// <summary>Bytes of the log of records from where compaction stands, dead ones included.</summary>
    long LogBytes { get; }
}
