using System.Runtime.CompilerServices;
using Google.Protobuf;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Transport;

/// <summary>Item operations as one signed gRPC call each.</summary>
internal sealed class UnaryTransport(IdempotencySequence sequence, SessionStore sessions) : IItemTransport
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Attempt<Reply>> SendAsync(RpcChannel node, ItemCall call, Deadline deadline, CancellationToken cancellationToken)
    {
        Attempt<Wire.ItemResponse> attempt =
            await node.CallAsync(MethodOf(call.Kind), MessageOf(call), deadline, cancellationToken).ConfigureAwait(false);
        if (!attempt.IsOk)
        {
            return attempt.Error;
        }

        Wire.ItemResponse response = attempt.ValueOrThrow();
        return new Reply(response.Etag, response.Lsn, response.TimestampMs, response.Body.Memory, response.Created, response.SessionToken, response.LedElsewhere);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static RpcMethod<Wire.ItemResponse> MethodOf(Wire.OperationKind kind) => kind switch
    {
        Wire.OperationKind.Create => RpcMethods.CreateItem,
        Wire.OperationKind.Upsert => RpcMethods.UpsertItem,
        Wire.OperationKind.Replace => RpcMethods.ReplaceItem,
        Wire.OperationKind.Read => RpcMethods.ReadItem,
        Wire.OperationKind.Delete => RpcMethods.DeleteItem,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private IMessage MessageOf(in ItemCall call) => call.Kind switch
    {
        Wire.OperationKind.Read => new Wire.ReadItemRequest
        {
            Database = call.Container.Database,
            Container = call.Container.Container,
            PartitionKey = call.PartitionKey,
            Id = call.Id,
            IfNoneMatch = call.IfNoneMatch ?? "",
            Consistency = call.Consistency,
            SessionToken = call.MayUseSession ? call.Session.Tokens(call.SessionToken, call.Consistency == Wire.ConsistencyLevel.Session) : "",
            WantsSession = sessions.IsOn,
        },
        Wire.OperationKind.Delete => new Wire.DeleteItemRequest
        {
            Database = call.Container.Database,
            Container = call.Container.Container,
            PartitionKey = call.PartitionKey,
            Id = call.Id,
            IfMatch = call.IfMatch ?? "",
            Idempotency = sequence.KeyOf(call.Sequence),
            WantsSession = sessions.IsOn,
        },
        _ => new Wire.WriteItemRequest
        {
            Database = call.Container.Database,
            Container = call.Container.Container,
            PartitionKey = call.PartitionKey,
            Id = call.Id ?? "",
            Body = UnsafeByteOperations.UnsafeWrap(call.Body),
            IfMatch = call.IfMatch ?? "",
            IfNoneMatch = call.IfNoneMatch ?? "",
            Idempotency = sequence.KeyOf(call.Sequence),
            WantsSession = sessions.IsOn,
        },
    };
}
