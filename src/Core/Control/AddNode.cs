using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>
/// Takes a node into the cluster and uses up its join token. The id that it gets is the outcome's detail: one above the
/// highest that there ever was; the one of before, when the token was used with the same key and the answer got lost.
/// Refusals: Malformed, Forbidden, TokenExpired, AlreadyExists, TooLarge.
/// </summary>
/// <param name="Token">The join token, whose secret whoever proposes has checked; 0 for the founder.</param>
/// <param name="Node">1 for the founder, of a cluster without nodes; else 0.</param>
/// <param name="Region">Where it stands.</param>
/// <param name="PeerEndpoint">As <see cref="NodeEndpoints.CheckPeer"/> takes it; no other node's.</param>
/// <param name="ClientEndpoint">As <see cref="NodeEndpoints.CheckClient"/> takes it; no other node's.</param>
/// <param name="Replicas">What its replicas are to become; voters for the founder.</param>
/// <param name="KeyHash">SHA-256 of its public key, 32 bytes, by which it is known when it asks again. Empty for the founder, and in entries of before there was one.</param>
public sealed record AddNode(
    UInt128 Token, NodeId Node, RegionId Region, string PeerEndpoint, string ClientEndpoint, ReplicaKind Replicas, ReadOnlyMemory<byte> KeyHash = default) : ControlCommand
{
    /// <summary>Length of <see cref="KeyHash"/> where there is one.</summary>
    public const int KeyHashBytes = 32;

    /// <summary>The founder's id.</summary>
    public static NodeId Founder { get; } = new(1);

    /// <inheritdoc/>
    public override ControlCommandKind Kind => KeyHash.IsEmpty ? ControlCommandKind.AddNode : ControlCommandKind.JoinNode;
}
