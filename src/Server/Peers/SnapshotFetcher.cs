using Grpc.Core;
using Grpc.Net.Client;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Protocol.Node.V1;
using Nacre.Replication.Snapshots;
using SnapshotsClient = Nacre.Protocol.Node.V1.Snapshots.SnapshotsClient;

namespace Nacre.Server.Peers;

/// <summary>Fetches snapshots over the nodes' port, on the connections for calls: replica messages have their own.</summary>
/// <param name="channels">The connections to peers; null until there are any.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class SnapshotFetcher(Func<PeerChannels?> channels) : ISnapshotFetcher
{
    private static readonly NacreError Unreached = new(ErrorCode.Unavailable, "The node that has the snapshot is not reached.");

    /// <inheritdoc/>
    public async Task<Result<SnapshotDescription>> DescribeAsync(NodeId from, ShardId shard, UInt128 wanted, CancellationToken cancellationToken)
    {
        Result<DescribeSnapshotAnswer> answer = await CallAsync(
            from,
            client => client.DescribeAsync(
                new DescribeSnapshotRequest { Shard = shard.Value, Wanted = SnapshotWire.Show(wanted) }, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return answer.IsOk ? SnapshotWire.Read(answer.Value) : answer.Error;
    }

    /// <inheritdoc/>
    public async Task<Result<SnapshotChunk>> ReadAsync(
        NodeId from, ShardId shard, UInt128 snapshot, int file, long offset, int length, CancellationToken cancellationToken)
    {
        Result<ReadSnapshotAnswer> answer = await CallAsync(
            from,
            client => client.ReadAsync(
                new ReadSnapshotRequest
                {
                    Shard = shard.Value,
                    Id = SnapshotWire.Show(snapshot),
                    File = (uint)file,
                    Offset = (ulong)offset,
                    Length = (uint)length,
                },
                cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false);
        if (!answer.IsOk)
        {
            return answer.Error;
        }

        return answer.Value.Refusal == 0
            ? new SnapshotChunk(answer.Value.Content.Memory, answer.Value.Sha256.Memory)
            : new NacreError((ErrorCode)answer.Value.Refusal, answer.Value.RefusalMessage);
    }

    private async Task<Result<TAnswer>> CallAsync<TAnswer>(
        NodeId from, Func<SnapshotsClient, AsyncUnaryCall<TAnswer>> begin, CancellationToken cancellationToken)
    {
        if (channels() is not { } reached || !reached.TryGet(from, out GrpcChannel? channel))
        {
            return Unreached;
        }

        try
        {
            using AsyncUnaryCall<TAnswer> call = begin(new SnapshotsClient(channel));
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (RpcException fault)
        {
            return fault.StatusCode == StatusCode.PermissionDenied
                ? new NacreError(ErrorCode.Forbidden, fault.Status.Detail)
                : Unreached;
        }
    }
}
