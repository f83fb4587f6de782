using System.Collections.Immutable;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Core.StateMachines;

/// <summary>
/// The place where a snapshot is put together, beside the shard's folder. Disposed before <see cref="Install"/>, it leaves
/// there what came, for <see cref="IShardSnapshots.Receive"/> to go on with.
/// </summary>
/// <remarks>One caller at a time. All members but the first throw <see cref="Files.StorageFaultException"/>.</remarks>
public interface ISnapshotTarget : IDisposable
{
    /// <summary>
    /// Bytes of each file that are there, in the order of <see cref="SnapshotManifest.Files"/>: the transfer goes on from
    /// there. Right after <see cref="IShardSnapshots.Receive"/>, all of them are durable.
    /// </summary>
    ImmutableArray<long> Received { get; }

    /// <summary>Writes the next bytes of a file.</summary>
    /// <param name="file">Its place in <see cref="SnapshotManifest.Files"/>.</param>
    /// <param name="offset">What is there of it already.</param>
    /// <param name="bytes">Not beyond the file's length.</param>
    void Write(int file, long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Makes what is written so far durable, so that <see cref="Received"/> says it after a crash.</summary>
    void Flush();

    /// <summary>
    /// Takes the snapshot as a whole: flushes it, opens it, checks every byte of it, and that it is what the manifest says.
    /// </summary>
    /// <returns>Corrupt when it is not; then nothing of it can be used, and the transfer begins anew.</returns>
    Result<Unit> Complete();

    /// <summary>
    /// Puts the snapshot in the place of the shard's folder, durably: after a crash there is the one or the other. After
    /// <see cref="Complete"/>, and while no state machine has the folder open. From then on
    /// <see cref="IShardSnapshots.PendingReset"/> says that the log is to be set to the snapshot.
    /// </summary>
    /// <param name="term">The term of the snapshot's last entry, which the leader's log told.</param>
    void Install(Term term);
}
