using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Protocol.Node.V1;
using Nacre.Security.Certificates;
using Nacre.Security.Keys;

namespace Nacre.Server.Peers;

/// <summary>Gives the cluster's keys and its certificate authority to other nodes of it.</summary>
/// <param name="ring">The keys.</param>
/// <param name="authority">The authority.</param>
/// <param name="catalog">Names the nodes.</param>
/// <param name="sharing">Tells how far this node's ring has come.</param>
/// <param name="logger">Where it is said who was given them.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class KeysService(KeyRing ring, OwnCertificates authority, ICatalogReader catalog, KeySharing sharing, ILogger logger)
    : Keys.KeysBase
{
    /// <inheritdoc/>
    public override Task<FetchedKeys> Fetch(FetchKeysRequest request, ServerCallContext context)
    {
        NodeIdentity peer = PeerAdmission.PeerOf(context).Identity;
        if (catalog.Current.FindNode(peer.Node) is null or { State: ClusterNodeState.Removed })
        {
            throw PeerAdmission.Refuse(
                logger, context, new NacreError(ErrorCode.Unavailable, $"Node {peer.Node} is not known here, or not yet. Ask again, or another node."),
                StatusCode.Unavailable);
        }

        // Before the keys: what is drawn meanwhile is of a later generation.
        ulong generation = sharing.Generation;
        Result<SecretBytes> certificates = authority.ExportAuthority();
        if (!certificates.IsOk)
        {
            throw PeerAdmission.Refuse(logger, context, certificates.Error, StatusCode.Internal);
        }

        using SecretBytes exported = certificates.Value;
        using SecretBytes keys = ring.Export();
        using SecretBytes content = KeyParcel.Pack(keys.Span, exported.Span);
        Result<byte[]> envelope = KeyEnvelope.Seal(request.PublicKey.Span, content.Span, KeyParcel.ContextOf(ring.Cluster, peer.Node));
        if (!envelope.IsOk)
        {
            throw PeerAdmission.Refuse(logger, context, envelope.Error, StatusCode.InvalidArgument);
        }

        Log.KeysGiven(logger, peer.Node, context.Peer);
        return Task.FromResult(new FetchedKeys { Envelope = UnsafeByteOperations.UnsafeWrap(envelope.Value), Generation = generation });
    }
}
