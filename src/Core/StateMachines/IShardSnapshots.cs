using Nacre.Core.Errors;

namespace Nacre.Core.StateMachines;

/// <summary>The snapshots of one shard on this node: those that it gives, and the one that it receives.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IShardSnapshots
{
    /// <summary>Holds the newest durable checkpoint until the source is disposed.</summary>
    /// <returns>The source. Errors: Unavailable when there is no checkpoint yet.</returns>
    Result<ISnapshotSource> Hold();

    /// <summary>
    /// Opens the place where a snapshot is put together: a new one, or the one where the transfer of the same snapshot was
    /// cut off. One at a time.
    /// </summary>
    /// <returns>The target. Errors: Corrupt for a manifest that cannot be one of this shard.</returns>
    Result<ISnapshotTarget> Receive(SnapshotManifest manifest);

    /// <summary>
    /// Where the shard's log is to be set before anything is appended to it: a snapshot was put in place, and
    /// <see cref="ResetDone"/> not called since. Null when the log goes with the state machine, or is damaged if it does not.
    /// Throws <see cref="Files.StorageFaultException"/>.
    /// </summary>
    SnapshotPoint? PendingReset { get; }

    /// <summary>
    /// Says that <see cref="Log.ISharedLog.ResetAsync"/> with <see cref="PendingReset"/> is durable, before the first append
    /// behind it: a start that finds the reset pending repeats it. Durable on return.
    /// </summary>
    void ResetDone();

    /// <summary>Removes what unfinished transfers left, but for the newest. Not while a target is open.</summary>
    void Clear();
}
