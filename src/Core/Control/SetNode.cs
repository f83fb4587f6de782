using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>
/// Changes a node: its addresses, what is wanted of it, what its replicas are to become. One active node whose replicas
/// vote is always left, and Removed is final. Refusals: Malformed, NotFound, PreconditionFailed, AlreadyExists.
/// </summary>
/// <param name="Node">The node.</param>
/// <param name="PeerEndpoint">As <see cref="NodeEndpoints.CheckPeer"/> takes it; no other node's.</param>
/// <param name="ClientEndpoint">As <see cref="NodeEndpoints.CheckClient"/> takes it; no other node's.</param>
/// <param name="State">What the cluster wants of it.</param>
/// <param name="Replicas">What its replicas are to become.</param>
/// <param name="Expected">The version that it must have.</param>
public sealed record SetNode(
    NodeId Node, string PeerEndpoint, string ClientEndpoint, ClusterNodeState State, ReplicaKind Replicas, Sequence Expected) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.SetNode;

    /// <inheritdoc/>
    public override bool Withdraws => State == ClusterNodeState.Removed;
}
