using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Forwarding;

/// <summary>
/// A shard as something to propose to on any node: what the own replica does not lead goes to the node that does, and
/// waits for one where there is none for a moment.
/// </summary>
/// <param name="replica">Gives the own replica of now: a snapshot puts another one in its place.</param>
/// <param name="carrier">The way to other nodes.</param>
/// <param name="options">How long to look for a leader.</param>
/// <param name="time">The clock.</param>
/// <remarks>Thread-safe. A sole voter's proposals pass through untouched.</remarks>
// Invariants:
// - an entry is sent on only after it was refused with nothing done: it is in the shard's log at most once for each call;
// - on the control shard, an answer is given after this node has applied what it tells of.
public sealed class ForwardingProposer(
    Func<ShardReplica> replica, IProposalCarrier carrier, ForwardingOptions options, TimeProvider time) : IProposer
{
    /// <summary>Forwards for a replica that never changes.</summary>
    /// <param name="replica">The own replica.</param>
    /// <param name="carrier">The way to other nodes.</param>
    /// <param name="options">How long to look for a leader.</param>
    /// <param name="time">The clock.</param>
    public ForwardingProposer(ShardReplica replica, IProposalCarrier carrier, ForwardingOptions options, TimeProvider time)
        : this(() => replica, carrier, options, time)
    {
    }

    private ShardReplica Replica => replica();

    /// <inheritdoc/>
    public ValueTask<Result<CommandOutcome>> ProposeAsync(in Proposal proposal, CancellationToken cancellationToken)
    {
        if (Replica.IsAlone)
        {
            return Replica.ProposeAsync(proposal, cancellationToken);
        }

        // Borrowed bytes are copied before anything is awaited.
        var forwarded = new ForwardedProposal(Replica.Identity.Shard, Replica.Encode(proposal), proposal.MayUseReserve);
        return new ValueTask<Result<CommandOutcome>>(ProposeAsync(forwarded, proposal.MayWait, cancellationToken));
    }

    private async Task<Result<CommandOutcome>> ProposeAsync(ForwardedProposal proposal, bool mayWait, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            Task changed = Replica.LeaderChanged;
            Result<CommandOutcome> outcome = await TryAsync(proposal, mayWait, cancellationToken);
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
                await changed.WaitAsync(options.LookAgainAfter, time, cancellationToken);
            }
            catch (TimeoutException)
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

    private async ValueTask<Result<CommandOutcome>> TryAsync(ForwardedProposal proposal, bool mayWait, CancellationToken cancellationToken)
    {
        if (Replica.Leads)
        {
            return await Replica.ProposeEntryAsync(proposal.Entry, proposal.MayUseReserve, mayWait, cancellationToken);
        }

        NodeId leader = Replica.LeaderNode;
        if (leader.Value == 0 || leader == Replica.Identity.Node)
        {
            return ReplicaErrors.NoLeader;
        }

        Result<ForwardedOutcome> forwarded = await carrier.CarryAsync(leader, proposal, cancellationToken);
        if (!forwarded.IsOk)
        {
            return forwarded.Error;
        }

        return proposal.Shard == ShardId.Control
            ? await AfterAppliedAsync(forwarded.Value, cancellationToken)
            : forwarded.Value.Outcome;
    }

    /// <summary>Whoever changed the catalogue finds the change in it, on this node.</summary>
    private async Task<Result<CommandOutcome>> AfterAppliedAsync(ForwardedOutcome forwarded, CancellationToken cancellationToken)
    {
        try
        {
            Result<Unit> applied = await Replica.WhenAppliedAsync(forwarded.Applied, cancellationToken);
            return applied.IsOk ? forwarded.Outcome : ReplicaErrors.StoppedAfter;
        }
        catch (OperationCanceledException)
        {
            return ReplicaErrors.GivenUpAfter;
        }
    }
}
