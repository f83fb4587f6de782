using Nacre.Core.Ids;

namespace Nacre.Core.Commands;

/// <summary>A member of a shard's replica set.</summary>
/// <param name="Id">Never used again, not even on the same node: a rebuilt replica has a new one.</param>
/// <param name="Node">Where it lives.</param>
/// <param name="Kind">Whether it votes.</param>
public readonly record struct Replica(ReplicaId Id, NodeId Node, ReplicaKind Kind);
