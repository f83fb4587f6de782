using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Replication.Snapshots;

/// <summary>Fetches snapshots from other nodes: over the node port in the product. There it ends at the node's <see cref="SnapshotHolder"/>.</summary>
/// <remarks>Thread-safe. Cancelling ends the wait; nothing is promised about when the other node hears of it.</remarks>
public interface ISnapshotFetcher
{
    /// <summary>Asks a node for a snapshot, which it then holds for a while.</summary>
    /// <param name="from">The node.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="wanted">The one whose transfer was begun, if it is still held; 0, or one that is gone: the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The snapshot. Errors: NotFound where the shard is not there, Unavailable when the node has none, or cannot be reached.</returns>
    Task<Result<SnapshotDescription>> DescribeAsync(NodeId from, ShardId shard, UInt128 wanted, CancellationToken cancellationToken);

    /// <summary>Fetches a piece of a file.</summary>
    /// <param name="from">The node that described the snapshot.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="file">The file's place in the manifest.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many; 1 to <see cref="SnapshotOptions.MaxChunkBytes"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The piece. Errors: NotFound when the snapshot is no longer held, Unavailable when the node cannot be reached.</returns>
    Task<Result<SnapshotChunk>> ReadAsync(
        NodeId from, ShardId shard, UInt128 snapshot, int file, long offset, int length, CancellationToken cancellationToken);
}
