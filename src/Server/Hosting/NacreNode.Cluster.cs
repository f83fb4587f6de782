using Grpc.Net.Client;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;
using Nacre.Security.Certificates;
using Nacre.Server.Administration;
using Nacre.Server.Peers;

namespace Nacre.Server.Hosting;

/// <content>What the API needs to take in other nodes.</content>
public sealed partial class NacreNode
{
    private ServerCertificateSource _served = null!;
    private KeySharing? _sharing;

    /// <summary>Gives keys to the other nodes, and takes theirs, from here on.</summary>
    /// <param name="channelTo">Finds the connection to a node's port; null where none is.</param>
    /// <returns>For the nodes' port.</returns>
    internal KeysService ShareKeys(Func<NodeId, GrpcChannel?> channelTo)
    {
        _sharing = new KeySharing(_ring, _control, _record.Node, channelTo, _logger);
        _parts.Push(new Part(_sharing));
        return new KeysService(_ring, _ownCertificates!, _control, _sharing, _logger);
    }

    private ClusterKeys MakeClusterKeys() => new(
        _control, () => _host.Control.Status.Role == RaftRole.Leader, generation => _sharing?.Drawn(generation));

    private ClusterServices MakeClusterServices() => new()
    {
        Authority = _ownCertificates,
        OperatorCertificate = () => _options.Tls.CertificateFile is null ? null : _served.Current.Leaf,
        Health = UnknownHealth.Instance,
        Logger = _logger,
        Random = _environment.Random,
    };
}
