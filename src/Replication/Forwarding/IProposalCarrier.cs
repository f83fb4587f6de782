using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Replication.Forwarding;

/// <summary>Carries proposals to other nodes: calls over mutual TLS in the product.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IProposalCarrier
{
    /// <summary>Has another node propose an entry to its replica of a shard.</summary>
    /// <param name="to">The node; never the own one.</param>
    /// <param name="proposal">What to propose.</param>
    /// <param name="cancellationToken">Ends the wait, never the write.</param>
    /// <returns>
    /// What came of it there, or what its replica refused with; Unavailable when the node was not reached, so that nothing
    /// happened; OutcomeUnknown when it may have been, and its answer is lost.
    /// </returns>
    ValueTask<Result<ForwardedOutcome>> CarryAsync(NodeId to, ForwardedProposal proposal, CancellationToken cancellationToken);
}
