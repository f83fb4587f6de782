using Grpc.Net.Client;
using Nacre.Core.Errors;
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
    /// <returns>For the nodes' port.</returns>
    private KeysService ShareKeys()
    {
        _sharing = new KeySharing(
            _ring, Catalog, _record.Node,
            node => _port is { } port && port.Channels.TryGet(node, out GrpcChannel? channel) ? channel : null, _logger);
        _parts.Push(new Part(_sharing));
        return new KeysService(_ring, _authority, Catalog, _sharing, _logger);
    }

    /// <summary>Takes the keys that others have drawn meanwhile; whoever is not reached is asked again later.</summary>
    private async Task<NacreError?> CatchUpOnKeysAsync(CancellationToken cancellationToken) =>
        await _sharing!.FollowAsync(cancellationToken).ConfigureAwait(false) is { Code: not ErrorCode.Unavailable } refusal ? refusal : null;

    /// <summary>Opens what others have sealed; under a data key that is not known here, once more when the others were asked for it.</summary>
    private async Task<NacreError?> WithKeysAsync(Func<CancellationToken, Task<NacreError?>> open, CancellationToken cancellationToken)
    {
        NacreError? refusal = await open(cancellationToken).ConfigureAwait(false);
        return refusal?.Code != ErrorCode.Corrupt
            ? refusal
            : await _sharing!.AskAsync(cancellationToken).ConfigureAwait(false) ?? await open(cancellationToken).ConfigureAwait(false);
    }

    private ClusterKeys MakeClusterKeys() => new(
        Catalog, () => _host.Control.Status.Role == RaftRole.Leader, generation => _sharing?.Drawn(generation));

    private ClusterServices MakeClusterServices() => new()
    {
        Authority = _port is null ? null : _authority,
        OperatorCertificate = () => _options.Tls.CertificateFile is null ? null : _served.Current.Leaf,
        Health = (IClusterHealth?)_clusterHealth ?? UnknownHealth.Instance,
        Logger = _logger,
        Random = _environment.Random,
    };
}
