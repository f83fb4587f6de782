using System.Collections.Immutable;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Server.DataFolder;

namespace Nacre.Server.Peers;

/// <summary>Where the other nodes are: by the catalogue, and until it is known by the file that remembers it.</summary>
/// <param name="port">Dials them.</param>
/// <param name="file">Remembers them over a restart.</param>
/// <param name="self">This node.</param>
/// <remarks>Used by one caller at a time.</remarks>
internal sealed class PeerBook(NodePort port, PeersFile file, NodeId self)
{
    private ImmutableArray<KnownPeer> _known = [];

    /// <summary>Dials whom the last run knew.</summary>
    /// <returns>Them. Errors: Corrupt.</returns>
    public async Task<Result<ImmutableArray<KnownPeer>>> OpenAsync()
    {
        Result<ImmutableArray<KnownPeer>> read = file.Read();
        if (read.IsOk)
        {
            _known = read.Value;
            await DialAsync().ConfigureAwait(false);
        }

        return read;
    }

    /// <summary>Dials whom the catalogue names, and remembers them. A catalogue without nodes is one that is not known yet.</summary>
    public async Task FollowAsync(Catalog catalog)
    {
        if (catalog.Nodes.IsEmpty)
        {
            return;
        }

        ImmutableArray<KnownPeer> named =
        [
            .. from node in catalog.Nodes
               where node.Id != self && node.State != ClusterNodeState.Removed
               select new KnownPeer(node.Id.Value, node.Region.Value, node.PeerEndpoint),
        ];
        if (!named.SequenceEqual(_known))
        {
            _known = named;
            await DialAsync().ConfigureAwait(false);
            file.Write(named);
        }
    }

    private Task DialAsync() => port.SetPeersAsync(_known.ToDictionary(peer => new NodeId(peer.Node), peer => peer.Address));
}
