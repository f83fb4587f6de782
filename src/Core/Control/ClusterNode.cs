using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>A node of the cluster, in the catalogue.</summary>
/// <param name="Id">Never reused; the founder is 1.</param>
/// <param name="Region">Where it stands.</param>
/// <param name="PeerEndpoint">Where other nodes reach its node port: <c>HOST:PORT</c>.</param>
/// <param name="ClientEndpoint">Where clients reach it: <c>https://HOST:PORT</c>.</param>
/// <param name="State">What the cluster wants of it.</param>
/// <param name="Kind">What its replicas are to become; they start as learners.</param>
/// <param name="Created">When it was taken in, by the leader's clock.</param>
/// <param name="Version">The control command that last changed it; its entity tag.</param>
public sealed record ClusterNode(
    NodeId Id,
    RegionId Region,
    string PeerEndpoint,
    string ClientEndpoint,
    ClusterNodeState State,
    ReplicaKind Kind,
    DateTimeOffset Created,
    Sequence Version)
{
    /// <summary>Most nodes of a cluster; those that were removed do not count.</summary>
    public const int MaxNodes = 64;
}
