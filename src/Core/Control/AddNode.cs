using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>
/// Takes a node into the cluster and uses up its join token. The id that it gets is the outcome's detail: one above the
/// highest that there ever was. Refusals: Malformed, Forbidden, TokenExpired, AlreadyExists, TooLarge.
/// </summary>
/// <param name="Token">The join token, whose secret whoever proposes has checked; 0 for the founder.</param>
/// <param name="Node">1 for the founder, of a cluster without nodes; else 0.</param>
/// <param name="Region">Where it stands.</param>
/// <param name="PeerEndpoint">As <see cref="NodeEndpoints.CheckPeer"/> takes it; no other node's.</param>
/// <param name="ClientEndpoint">As <see cref="NodeEndpoints.CheckClient"/> takes it; no other node's.</param>
/// <param name="Replicas">What its replicas are to become; voters for the founder.</param>
public sealed record AddNode(
    UInt128 Token, NodeId Node, RegionId Region, string PeerEndpoint, string ClientEndpoint, ReplicaKind Replicas) : ControlCommand
{
    /// <summary>The founder's id.</summary>
    public static NodeId Founder { get; } = new(1);

    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.AddNode;
}
