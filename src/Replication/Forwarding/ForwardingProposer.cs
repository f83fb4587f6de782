using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Forwarding;

/// <summary>
/// A shard as something to propose to on any node: what the own replica does not lead goes to the node that does, and
/// waits for one where there is none for a moment.
/// </summary>
/// <param name="slot">Where the own replica is.</param>
/// <param name="carrier">The way to other nodes.</param>
/// <param name="options">How long to look for a leader.</param>
/// <param name="time">The clock.</param>
/// <remarks>Thread-safe. A sole voter's proposals pass through untouched.</remarks>
// Invariants:
// - an entry is sent on only after it was refused with nothing done: it is in the shard's log at most once for each call;
// - on the control shard, an answer is given after this node has applied what it tells of.
public sealed class ForwardingProposer(
    ReplicaSlot slot, IProposalCarrier carrier, ForwardingOptions options, TimeProvider time) : IProposer
{
    /// <inheritdoc/>
    public ValueTask<Result<CommandOutcome>> ProposeAsync(in Proposal proposal, CancellationToken cancellationToken)
    {
        ShardReplica replica = slot.Replica;
        if (replica.IsAlone)
        {
            return slot.ProposeAsync(proposal, cancellationToken);
        }

        // Borrowed bytes are copied before anything is awaited.
        var forwarded = new ForwardedProposal(replica.Identity.Shard, replica.Encode(proposal), proposal.MayUseReserve);
        return new ValueTask<Result<CommandOutcome>>(ProposeAsync(forwarded, proposal.MayWait, cancellationToken));
    }

    private async Task<Result<CommandOutcome>> ProposeAsync(ForwardedProposal proposal, bool mayWait, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            ShardReplica replica = slot.Replica;
            Task changed = replica.LeaderChanged;
            Result<CommandOutcome> outcome = await TryAsync(replica, proposal, mayWait, cancellationToken);
            if (outcome.IsOk || !IsForAnotherTry(outcome.Error.Code))
            {
                return outcome;
            }

            if (time.GetElapsedTime(began) >= options.Patience)
            {
                // The caller's next try may come upon another node, or upon a leader.
                return outcome.Error.Code == ErrorCode.NotLeader ? ReplicaErrors.NoLeader : outcome;
            }

            try
            {
                using var lookAgain = new CancellationTokenSource(options.LookAgainAfter, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(lookAgain.Token, cancellationToken);
                await changed.OrCancelledAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Another node may lead by now without a change that shows here.
            }
            catch (OperationCanceledException)
            {
                return ReplicaErrors.GivenUpBefore;
            }
        }
    }

    /// <summary>What says that nothing happened, and that another node, or this one a little later, may take it.</summary>
    private static bool IsForAnotherTry(ErrorCode code) => code is ErrorCode.NotLeader or ErrorCode.Unavailable;

    private async ValueTask<Result<CommandOutcome>> TryAsync(ShardReplica replica, ForwardedProposal proposal, bool mayWait, CancellationToken cancellationToken)
    {
        if (replica.Leads)
        {
            return await replica.ProposeEntryAsync(proposal.Entry, proposal.MayUseReserve, mayWait, cancellationToken);
        }

        NodeId leader = replica.LeaderNode;
        if (leader.Value == 0 || leader == replica.Identity.Node)
        {
            return ReplicaErrors.NoLeader;
        }

        replica.NoteForwarded();
        Result<ForwardedOutcome> forwarded = await carrier.CarryAsync(leader, proposal, cancellationToken);
        if (!forwarded.IsOk)
        {
            return forwarded.Error;
        }

        return proposal.Shard == ShardId.Control
            ? await AfterAppliedAsync(replica, forwarded.Value, cancellationToken)
            : forwarded.Value.Outcome;
    }

    /// <summary>Whoever changed the catalogue finds the change in it, on this node.</summary>
    private static async Task<Result<CommandOutcome>> AfterAppliedAsync(ShardReplica replica, ForwardedOutcome forwarded, CancellationToken cancellationToken)
    {
        try
        {
            Result<Unit> applied = await replica.WhenAppliedAsync(forwarded.Applied, cancellationToken);
            return applied.IsOk ? forwarded.Outcome : ReplicaErrors.StoppedAfter;
        }
        catch (OperationCanceledException)
        {
            return ReplicaErrors.GivenUpAfter;
        }
    }
}
