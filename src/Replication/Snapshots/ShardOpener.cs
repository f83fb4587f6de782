using Nacre.Core.Ids;

namespace Nacre.Replication.Snapshots;

/// <summary>
/// Opens a shard's store from its folder: at the start, and again each time when a snapshot has taken the folder's place. The
/// one before is disposed by then. Whoever reads the store beside the replica turns to the new one within this call.
/// </summary>
/// <param name="shard">The shard.</param>
/// <returns>The store. Throws <see cref="Core.Files.StorageFaultException"/>.</returns>
public delegate ValueTask<OpenedShard> ShardOpener(ShardId shard);
