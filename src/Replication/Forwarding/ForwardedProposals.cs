using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Forwarding;

/// <summary>Takes the proposals that other nodes forward to this one; sends none further.</summary>
/// <param name="replicaOf">Finds this node's replica of a shard; null for a shard that it does not have.</param>
/// <remarks>Thread-safe.</remarks>
public sealed class ForwardedProposals(Func<ShardId, ShardReplica?> replicaOf)
{
    /// <summary>Proposes an entry to the own replica.</summary>
    /// <param name="proposal">As the other node sent it; anything.</param>
    /// <param name="cancellationToken">Ends the wait, never the write.</param>
    /// <returns>The outcome; Malformed or Unsupported for what is no entry of the shard; or what <see cref="IProposer.ProposeAsync"/> refuses with.</returns>
    public async ValueTask<Result<ForwardedOutcome>> TakeAsync(ForwardedProposal proposal, CancellationToken cancellationToken)
    {
        if (replicaOf(proposal.Shard) is not { } replica)
        {
            return new NacreError(ErrorCode.NotLeader, $"This node has no replica of shard {proposal.Shard}.");
        }

        if (EntryCodec.Decode(proposal.Entry, out EntryHeader header, out _) is { } unreadable)
        {
            return unreadable.Code == ErrorCode.Unsupported ? unreadable : NoEntry;
        }

        if (header.Semantics != EntryHeader.CurrentSemantics || header.Kind != replica.KindOfEntries)
        {
            return NoEntry;
        }

        Result<CommandOutcome> outcome = await replica.ProposeEntryAsync(proposal.Entry, proposal.MayUseReserve, mayWait: false, cancellationToken);
        return outcome.IsOk ? new ForwardedOutcome(outcome.Value, replica.Status.Applied) : outcome.Error;
    }

    private static NacreError NoEntry { get; } = new(ErrorCode.Malformed, "The forwarded bytes are no entry of the shard.");
}
