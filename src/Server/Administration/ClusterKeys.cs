using Nacre.Core.Control;
using Nacre.Core.Errors;

namespace Nacre.Server.Administration;

/// <summary>What a rotation of keys must know of the cluster.</summary>
/// <param name="catalog">The catalogue.</param>
/// <param name="leads">Whether this node leads the control shard.</param>
/// <param name="drawn">Told the generation up to which this node has itself drawn all keys.</param>
internal sealed class ClusterKeys(ICatalogReader catalog, Func<bool> leads, Action<ulong> drawn)
{
    /// <summary>Whether other nodes have these keys, or may get them.</summary>
    public bool IsShared => !catalog.Current.Nodes.IsEmpty;

    /// <summary>Whether this node leads the control shard: rotations go one after another there.</summary>
    public bool Leads => leads();

    /// <summary>The generation in the catalogue.</summary>
    public ulong Generation => catalog.Current.KeyRingGeneration;

    /// <summary>What a rotation is refused with where this node does not lead.</summary>
    public NacreError NotLeader { get; } = new(
        ErrorCode.NotLeader, "Keys are rotated on the node that leads the control shard. 'nacre node list' shows the nodes; ask another one.");

    /// <summary>This node has drawn all keys up to a generation.</summary>
    public void Drawn(ulong generation) => drawn(generation);
}
