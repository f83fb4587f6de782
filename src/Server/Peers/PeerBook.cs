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

    /// <summary>
    /// Dials whom the last run knew, and whom the catalogue of the last checkpoint names besides: that one may be older than
    /// what is remembered, so it takes nobody away.
    /// </summary>
    /// <param name="checkpointed">The catalogue as the last checkpoint has it.</param>
    /// <returns>Them. Errors: Corrupt.</returns>
    public async Task<Result<ImmutableArray<KnownPeer>>> OpenAsync(Catalog checkpointed)
    {
        Result<ImmutableArray<KnownPeer>> read = file.Read();
        if (!read.IsOk)
        {
            return read;
        }

        _known = [.. read.Value, .. PeersIn(checkpointed).ExceptBy(read.Value.Select(peer => peer.Node), peer => peer.Node)];
        await DialAsync().ConfigureAwait(false);
        return _known;
    }

    /// <summary>Dials whom the catalogue names and nobody else, and remembers them.</summary>
    /// <param name="catalog">The catalogue of now, not that of a checkpoint.</param>
    public async Task FollowAsync(Catalog catalog)
    {
        ImmutableArray<KnownPeer> named = [.. PeersIn(catalog)];
        if (!named.SequenceEqual(_known))
        {
            _known = named;
            await DialAsync().ConfigureAwait(false);
            file.Write(named);
        }
    }

    private IEnumerable<KnownPeer> PeersIn(Catalog catalog) =>
        from node in catalog.Nodes
        where node.Id != self && node.State != ClusterNodeState.Removed
        select new KnownPeer(node.Id.Value, node.Region.Value, node.PeerEndpoint);

    private Task DialAsync() => port.SetPeersAsync(_known.ToDictionary(peer => new NodeId(peer.Node), peer => peer.Address));
}
