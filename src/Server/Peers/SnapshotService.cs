using Google.Protobuf;
using Grpc.Core;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Protocol.Node.V1;
using Nacre.Replication.Snapshots;

namespace Nacre.Server.Peers;

/// <summary>Gives this node's snapshots to other nodes.</summary>
/// <param name="holder">Holds them; null until the shards are open.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class SnapshotService(Func<SnapshotHolder?> holder) : Protocol.Node.V1.Snapshots.SnapshotsBase
{
    private static readonly NacreError NotYet = new(ErrorCode.Unavailable, "The node is starting. Ask again.");

    /// <inheritdoc/>
    public override Task<DescribeSnapshotAnswer> Describe(DescribeSnapshotRequest request, ServerCallContext context)
    {
        Result<SnapshotDescription> found = holder() is { } held
            ? held.Describe(new ShardId(request.Shard), SnapshotWire.IdOf(request.Wanted))
            : NotYet;
        return Task.FromResult(found.IsOk
            ? SnapshotWire.Show(found.Value)
            : new DescribeSnapshotAnswer { Refusal = (uint)found.Error.Code, RefusalMessage = found.Error.Message });
    }

    /// <inheritdoc/>
    public override Task<ReadSnapshotAnswer> Read(ReadSnapshotRequest request, ServerCallContext context)
    {
        // What is out of range is so for the holder, too.
        int file = (int)Math.Min(request.File, int.MaxValue);
        long offset = (long)Math.Min(request.Offset, long.MaxValue);
        int length = (int)Math.Min(request.Length, int.MaxValue);
        Result<SnapshotChunk> read = holder() is { } held
            ? held.Read(new ShardId(request.Shard), SnapshotWire.IdOf(request.Id), file, offset, length)
            : NotYet;
        return Task.FromResult(read.IsOk
            ? new ReadSnapshotAnswer
            {
                Content = UnsafeByteOperations.UnsafeWrap(read.Value.Bytes),
                Sha256 = UnsafeByteOperations.UnsafeWrap(read.Value.Hash),
            }
            : new ReadSnapshotAnswer { Refusal = (uint)read.Error.Code, RefusalMessage = read.Error.Message });
    }
}
