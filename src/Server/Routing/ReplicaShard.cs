using Nacre.Core.Commands;
using Nacre.Core.Consistency;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication;

namespace Nacre.Server.Routing;

/// <summary>A data shard of this node: its replica, and the documents behind it.</summary>
/// <param name="slot">Knows how far reads may go.</param>
/// <param name="proposer">Takes proposals.</param>
/// <param name="documents">What the replica's entries act on: other documents when a snapshot was put in place.</param>
/// <param name="time">Measures patience.</param>
internal sealed class ReplicaShard(ReplicaSlot slot, IProposer proposer, Func<IDocumentReader> documents, TimeProvider time) : IDataShard
{
    /// <summary>How long a session's read waits for this replica to catch up, before it asks the shard's leader how far it must.</summary>
    public static readonly TimeSpan SessionPatience = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public ShardId Id => slot.Identity.Shard;

    /// <inheritdoc/>
    public NodeId LeaderNode => slot.Replica.LeaderNode;

    /// <inheritdoc/>
    public bool IsLedElsewhere => !slot.Replica.Leads;

    /// <inheritdoc/>
    public IDocumentReader Documents => documents();

    /// <inheritdoc/>
    public ValueTask<NacreError?> ReadAtAsync(in ReadDemand demand, CancellationToken cancellationToken)
    {
        switch (demand.Level)
        {
            case ConsistencyLevel.BoundedStaleness:
                return slot.Replica.IsSoleVoter || Shows(demand.Range, default)
                    ? slot.Replica.ReadWithinAsync(demand.Bound, cancellationToken)
                    : BarrierAsync(cancellationToken);
            case ConsistencyLevel.Session or ConsistencyLevel.ConsistentPrefix or ConsistencyLevel.Eventual:
                if (slot.Replica.ReadRefusal is { } refusal)
                {
                    return new(refusal);
                }

                return slot.Replica.IsSoleVoter || Shows(demand.Range, demand.AtLeast) ? default : new(WaitAsync(demand, cancellationToken));
            default:
                return BarrierAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask<Result<CommandOutcome>> ProposeAsync(
        in EntryHeader header, ReadOnlyMemory<byte> command, bool mayWait, CancellationToken cancellationToken) =>
        proposer.ProposeAsync(new Proposal(header, command) { MayWait = mayWait }, cancellationToken);

    /// <summary>A replica that has only just joined does not know the range yet: it shows no past of it, not even an empty one.</summary>
    private bool Shows(RangeId range, Lsn atLeast)
    {
        using IDocumentView view = Documents.OpenView();
        Result<Lsn> last = view.LastLsn(range);
        return last.IsOk && last.Value >= atLeast;
    }

    /// <summary>Waits a little for the replica to catch up, then asks through where it must.</summary>
    private async Task<NacreError?> WaitAsync(ReadDemand demand, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            Task<bool> more = slot.Replica.WhenMoreIsAppliedAsync();
            if (Shows(demand.Range, demand.AtLeast))
            {
                return null;
            }

            TimeSpan patience = SessionPatience - time.GetElapsedTime(began);
            if (patience <= TimeSpan.Zero || !await IsDoneWithinAsync(more, patience, cancellationToken).ConfigureAwait(false))
            {
                return await BarrierAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> IsDoneWithinAsync(Task<bool> task, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            return await task.WaitAsync(patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private ValueTask<NacreError?> BarrierAsync(CancellationToken cancellationToken)
    {
        ValueTask<Result<LogIndex>> index = slot.ReadIndexAsync(cancellationToken);
        return index.IsCompletedSuccessfully ? new(index.Result.Error) : AwaitAsync(index);
    }

    private static async ValueTask<NacreError?> AwaitAsync(ValueTask<Result<LogIndex>> index) => (await index.ConfigureAwait(false)).Error;
}
