using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Core.StateMachines;

/// <summary>
/// What a shard's committed entries act on. Apply is deterministic: it consults the entry and the state, neither
/// clock nor chance nor culture.
/// </summary>
/// <remarks>All members belong to the shard's applier thread, unless they say otherwise.</remarks>
public interface IStateMachine : IAsyncDisposable
{
    /// <summary>The last applied entry; after opening, that of the recovered checkpoint. Readable from any thread.</summary>
    LogIndex Applied { get; }

    /// <summary>The sequence of the last applied command. Readable from any thread.</summary>
    Sequence AppliedSequence { get; }

    /// <summary>The leader's time in the last applied entry; the default value before the first.</summary>
    DateTimeOffset AppliedTime { get; }

    /// <summary>
    /// False while the store has no room for more: the replica then refuses new commands with
    /// <see cref="Errors.ErrorCode.DiskFull"/> before it proposes them. Readable from any thread.
    /// </summary>
    bool HasRoom { get; }

    /// <summary>Running hash over all applied entries and outcomes; replicas at the same index agree. Readable from any thread.</summary>
    ulong RunningHash { get; }

    /// <summary>
    /// True when checkpoints hold <see cref="AppliedSet"/>. Where they do not, the shard's replica set cannot be changed: a
    /// start from a checkpoint behind the change would not know of it.
    /// </summary>
    bool KeepsReplicaSet => false;

    /// <summary>
    /// The replica set of the last applied configuration entry; null before the first. Before the start, and on the
    /// applier's turn.
    /// </summary>
    LoggedReplicaSet? AppliedSet => null;

    /// <summary>About how many bytes a checkpoint stands for: what is stored, not what it takes on disk. On the applier's turn.</summary>
    long StoredBytes => 0;

    /// <summary>Applies entries in order and publishes one read view at the end.</summary>
    /// <param name="records">Contiguous from <see cref="Applied"/> + 1.</param>
    /// <param name="outcomes">Filled with one outcome a record.</param>
    /// <remarks>Throws <see cref="Files.StorageFaultException"/> when the store fails: the replica then stops.</remarks>
    void Apply(ReadOnlySpan<LogRecord> records, Span<CommandOutcome> outcomes);

    /// <summary>
    /// Brings into memory what applying these entries will look at, so that <see cref="Apply"/> need not wait for the
    /// disk: called while they are being flushed. A hint: it changes nothing, and meets no fault that matters.
    /// Thread-safe.
    /// </summary>
    /// <param name="records">Entries above <see cref="Applied"/>, which may never be committed.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    ValueTask PrefetchAsync(ReadOnlyMemory<LogRecord> records, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>
    /// Begins a checkpoint of all that is applied; returns once its point is fixed, so that applying can go on.
    /// </summary>
    /// <returns>
    /// Ends when the checkpoint is durable, with the index through which the log is no longer needed. Faults with
    /// <see cref="Files.StorageFaultException"/>; then the replica stops, except for lack of space.
    /// </returns>
    Task<LogIndex> BeginCheckpoint();

    /// <summary>Does a bounded slice of background work, such as compaction, on the applier's turn.</summary>
    /// <returns>True when there is more to do now.</returns>
    bool Maintain();
}
