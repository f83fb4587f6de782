using Nacre.Core.Errors;
using Nacre.Core.StateMachines;

namespace Nacre.Replication;

/// <summary>A shard as something to propose to.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IProposer
{
    /// <summary>
    /// Takes a command into the shard's log. Completes once it is flushed, committed and applied; what applying came
    /// to, refusals included, is the outcome.
    /// </summary>
    /// <param name="proposal">The command; its bytes are borrowed until this call returns.</param>
    /// <param name="cancellationToken">Ends the wait, never the write.</param>
    /// <returns>
    /// The outcome, or: TooLarge, Overloaded with a hint, Unavailable, DiskFull, DeadlineExceeded, all of which say that nothing
    /// happened; OutcomeUnknown when the wait or the replica ended with the entry on its way; StorageFailed when the
    /// replica had failed before. Await it once.
    /// </returns>
    ValueTask<Result<CommandOutcome>> ProposeAsync(in Proposal proposal, CancellationToken cancellationToken);
}
