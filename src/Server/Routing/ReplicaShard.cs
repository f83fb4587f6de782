using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication;

namespace Nacre.Server.Routing;

/// <summary>A data shard of this node: its replica, and the documents behind it.</summary>
/// <param name="replica">Takes proposals, and knows how far reads may go.</param>
/// <param name="documents">What the replica's entries act on.</param>
internal sealed class ReplicaShard(ShardReplica replica, IDocumentReader documents) : IDataShard
{
    /// <inheritdoc/>
    public ShardId Id => replica.Identity.Shard;

    /// <inheritdoc/>
    public IDocumentReader Documents => documents;

    /// <inheritdoc/>
    public ValueTask<NacreError?> ReadBarrierAsync(CancellationToken cancellationToken)
    {
        ValueTask<Result<LogIndex>> index = replica.ReadIndexAsync(cancellationToken);
        return index.IsCompletedSuccessfully ? new(index.Result.Error) : AwaitAsync(index);
    }

    /// <inheritdoc/>
    public ValueTask<Result<CommandOutcome>> ProposeAsync(
        in EntryHeader header, ReadOnlyMemory<byte> command, bool mayWait, CancellationToken cancellationToken) =>
        replica.ProposeAsync(new Proposal(header, command) { MayWait = mayWait }, cancellationToken);

    private static async ValueTask<NacreError?> AwaitAsync(ValueTask<Result<LogIndex>> index) => (await index.ConfigureAwait(false)).Error;
}
