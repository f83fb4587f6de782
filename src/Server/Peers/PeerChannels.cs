using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Grpc.Net.Client;
using Nacre.Core.Ids;

namespace Nacre.Server.Peers;

/// <summary>One connection to each peer, for calls beside the stream of replica messages.</summary>
/// <param name="dialler">Makes the connections.</param>
/// <remarks>Thread-safe; <see cref="SetPeers"/> and disposal by one caller at a time.</remarks>
internal sealed class PeerChannels(PeerDialler dialler) : IDisposable
{
    private ImmutableDictionary<NodeId, Peer> _peers = ImmutableDictionary<NodeId, Peer>.Empty;

    /// <summary>The peers that are named, and have an address.</summary>
    public IEnumerable<NodeId> Named => Volatile.Read(ref _peers).Keys;

    /// <summary>Finds the connection to a peer; it is dialled when it is used.</summary>
    /// <returns>False for a node that is not named, or whose address is none.</returns>
    public bool TryGet(NodeId node, [NotNullWhen(true)] out GrpcChannel? channel)
    {
        channel = Volatile.Read(ref _peers).TryGetValue(node, out Peer? peer) ? peer.Channel : null;
        return channel is not null;
    }

    /// <summary>Names all peers anew; connections to others are ended.</summary>
    /// <param name="endpoints"><c>host:port</c> of each; without the own node.</param>
    public void SetPeers(IReadOnlyDictionary<NodeId, string> endpoints)
    {
        ImmutableDictionary<NodeId, Peer> before = _peers;
        ImmutableDictionary<NodeId, Peer>.Builder after = ImmutableDictionary.CreateBuilder<NodeId, Peer>();
        foreach ((NodeId node, string endpoint) in endpoints)
        {
            if (before.TryGetValue(node, out Peer? kept) && kept.Endpoint == endpoint)
            {
                after[node] = kept;
            }
            else if (dialler.Open(node, endpoint) is { IsOk: true } opened)
            {
                after[node] = new Peer(endpoint, opened.Value);
            }
        }

        Volatile.Write(ref _peers, after.ToImmutable());
        foreach ((NodeId node, Peer peer) in before)
        {
            if (!after.TryGetValue(node, out Peer? kept) || kept != peer)
            {
                peer.Channel.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => SetPeers(ImmutableDictionary<NodeId, string>.Empty);

    private sealed record Peer(string Endpoint, GrpcChannel Channel);
}
