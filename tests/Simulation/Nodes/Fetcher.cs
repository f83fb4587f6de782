using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Replication.Snapshots;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>Fetches snapshots over the simulated network: questions and answers are lost and late like everything else.</summary>
internal sealed class Fetcher(NodeWorld world, Network network, Node to, int incarnation, NodeBug bug) : ISnapshotFetcher
{
    /// <summary>How far a forged offer says that a snapshot goes beyond where it does.</summary>
    public const ulong Forged = 1_000;

    public async Task<Result<SnapshotDescription>> DescribeAsync(NodeId from, ShardId shard, UInt128 wanted, CancellationToken cancellationToken)
    {
        Result<SnapshotDescription> described = await AskAsync(from, holder => holder.Describe(shard, wanted), cancellationToken);
        return described.IsOk && bug == NodeBug.OfferTakenThoughTheLogHasMore
            ? described.Value with { Manifest = described.Value.Manifest with { Index = new LogIndex(described.Value.Manifest.Index.Value + Forged) } }
            : described;
    }

    public async Task<Result<SnapshotChunk>> ReadAsync(
        NodeId from, ShardId shard, UInt128 snapshot, int file, long offset, int length, CancellationToken cancellationToken)
    {
        Result<SnapshotChunk> chunk = await AskAsync(from, holder => holder.Read(shard, snapshot, file, offset, length), cancellationToken);
        if (chunk.Error?.Code == ErrorCode.NotFound)
        {
            world.Hit(NodeProbe.SnapshotNotHeld);
        }
        else if (chunk.IsOk && world.Random.OneIn(500))
        {
            world.Hit(NodeProbe.SnapshotPieceChanged);
            byte[] bytes = chunk.Value.Bytes.ToArray();
            bytes[0] ^= 1;
            return chunk.Value with { Bytes = bytes };
        }

        return chunk;
    }

    private Task<Result<T>> AskAsync<T>(NodeId from, Func<SnapshotHolder, Result<T>> ask, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<Result<T>>();
        network.Carry(to.Id, from, () => network[from].Run(() =>
        {
            if (network[from].Exchange is { } exchange)
            {
                Result<T> found;
                try
                {
                    found = ask(exchange.Holder);
                }
                catch (SimulatedCrashException)
                {
                    // It loses power here: no answer.
                    return;
                }

                network.Carry(from, to.Id, () => to.Run(() =>
                {
                    if (to.IsAlive(incarnation))
                    {
                        answer.TrySetResult(found);
                    }
                }));
            }
        }));

        // A wait of the runtime's own would be cancelled on a thread of its pool.
        cancellationToken.UnsafeRegister((_, cancelled) => answer.TrySetCanceled(cancelled), state: null);
        return answer.Task;
    }
}
