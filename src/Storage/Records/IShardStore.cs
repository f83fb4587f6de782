using Nacre.Core.Ids;

namespace Nacre.Storage.Records;

/// <summary>
/// A shard's two record stores, items and tree nodes, under one sealed manifest at one applied index: documents
/// and indexes have one atomic checkpoint.
/// </summary>
/// <remarks>
/// All members but the record stores' reads belong to the applier's thread, unless they say otherwise.
/// </remarks>
internal interface IShardStore : IAsyncDisposable
{
    /// <summary>Item versions and their chunks.</summary>
    IRecordStore Items { get; }

    /// <summary>Tree nodes.</summary>
    IRecordStore Nodes { get; }

    /// <summary>The applied index of the checkpoint that was recovered; 0 for a new store.</summary>
    LogIndex RecoveredIndex { get; }

    /// <summary>
    /// The state machine's own bytes from that checkpoint (tree roots, ranges, idempotency); empty for a new store.
    /// </summary>
    ReadOnlyMemory<byte> RecoveredMeta { get; }

    /// <summary>
    /// False while the disk has no room for more: new writes are refused with
    /// <see cref="Core.Errors.ErrorCode.DiskFull"/> before they are proposed. What was committed may still be
    /// applied: a reserve is kept for it. Thread-safe.
    /// </summary>
    bool HasRoom { get; }

    /// <summary>
    /// Begins a checkpoint of everything written so far. Returns once the point is fixed: what the applier writes
    /// next is not part of it.
    /// </summary>
    /// <param name="applied">The index of the last entry in it.</param>
    /// <param name="meta">The state machine's own bytes; kept until the task ends.</param>
    /// <returns>
    /// Ends when the manifest is durable, with the index through which log entries are no longer needed: that of
    /// the older of the two checkpoints kept, 0 while there is one only. Faults with <see cref="Core.Files.StorageFaultException"/>.
    /// </returns>
    Task<LogIndex> BeginCheckpoint(LogIndex applied, ReadOnlyMemory<byte> meta);

    /// <summary>
    /// Copies live records out of the oldest part of a store, a slice a call, so that the space is given back after
    /// the next two checkpoints. Dead ones stay readable until the second of them begins: a view may still show them.
    /// </summary>
    /// <param name="store"><see cref="Items"/> or <see cref="Nodes"/>.</param>
    /// <param name="liveness">Decides which records are copied.</param>
    /// <param name="maxBytes">Bytes of log to look at in this call.</param>
    /// <returns>
    /// Bytes of log looked at; 0 when there is nothing before the point where compaction must stop, and from a slice that
    /// could not be read or copied until the next checkpoint begins. Throws <see cref="Core.Files.StorageFaultException"/>
    /// when the store has stopped.
    /// </returns>
    long CompactSlice(IRecordStore store, ILiveness liveness, long maxBytes);

    /// <summary>
    /// Data keys that something on disk needs: a block, an index page, a kept manifest. One that no store of its domain
    /// names any more, and that is not current, may be destroyed. Thread-safe.
    /// </summary>
    IReadOnlyList<DataKeyId> KeysInUse();

    /// <summary>
    /// Rewrites one segment under the domain's current data key, where one is under another. The old file, and with it
    /// its key's use, ends with the second checkpoint after.
    /// </summary>
    /// <returns>
    /// False when every segment is under the current key. Faults with <see cref="Core.Files.StorageFaultException"/>
    /// when a block fails its check or the disk refuses: the old file stays in use.
    /// </returns>
    /// <remarks>Any thread, one call at a time; everything else goes on beside it.</remarks>
    Task<bool> ReencryptSegmentAsync();
}
