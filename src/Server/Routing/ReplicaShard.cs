using Nacre.Core.Commands;
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
internal sealed class ReplicaShard(ReplicaSlot slot, IProposer proposer, Func<IDocumentReader> documents) : IDataShard
{
    /// <inheritdoc/>
    public ShardId Id => slot.Identity.Shard;

    /// <inheritdoc/>
    public IDocumentReader Documents => documents();

    /// <inheritdoc/>
    public ValueTask<NacreError?> ReadBarrierAsync(CancellationToken cancellationToken)
    {
        ValueTask<Result<LogIndex>> index = slot.ReadIndexAsync(cancellationToken);
        return index.IsCompletedSuccessfully ? new(index.Result.Error) : AwaitAsync(index);
    }

    /// <inheritdoc/>
    public ValueTask<Result<CommandOutcome>> ProposeAsync(
        in EntryHeader header, ReadOnlyMemory<byte> command, bool mayWait, CancellationToken cancellationToken) =>
        proposer.ProposeAsync(new Proposal(header, command) { MayWait = mayWait }, cancellationToken);

    private static async ValueTask<NacreError?> AwaitAsync(ValueTask<Result<LogIndex>> index) => (await index.ConfigureAwait(false)).Error;
}
