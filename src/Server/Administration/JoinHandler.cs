using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Protocol.V1;
using Nacre.Security.Certificates;
using Nacre.Security.Tokens;
using Nacre.Server.Pipeline;
using JoinToken = Nacre.Security.Tokens.JoinToken;

namespace Nacre.Server.Administration;

/// <summary>Serves <c>nacre.v1.Nodes/Join</c>: a stranger with a good token becomes a node.</summary>
internal static class JoinHandler
{
    private static readonly NacreError BadToken = new(
        ErrorCode.Unauthenticated, "The request carries no join token. Make one with 'nacre node token'.");

    private static readonly NacreError BadRegion = new(ErrorCode.Malformed, "A region is a number from 1.");

    /// <summary>Checks the token first: nothing else in the request is looked at for whoever has none.</summary>
    public static async ValueTask<Result<JoinResponse>> JoinAsync(NodeServices services, Call call, JoinRequest request)
    {
        ControlServices control = services.Control;
        if (request.TokenId.Length != JoinToken.IdBytes || request.TokenSecret.Length != JoinToken.SecretBytes)
        {
            return BadToken;
        }

        UInt128 token = BinaryPrimitives.ReadUInt128BigEndian(request.TokenId.Span);
        if (JoinTokens.Check(control.Catalog.Current, token, request.TokenSecret.Span, control.Time.GetUtcNow()) is { } stranger)
        {
            return stranger;
        }

        if (control.Cluster.Authority is not { } authority)
        {
            return NodeHandlers.NoNodePort;
        }

        if (request.Region == 0)
        {
            return BadRegion;
        }

        Result<PublicKey> key = NodeCertificateRequest.Read(request.CertificateRequest.Span);
        if (!key.IsOk)
        {
            return key.Error;
        }

        var command = new AddNode(
            token, default, new RegionId(request.Region), request.PeerEndpoint, request.ClientEndpoint,
            request.Learner ? ReplicaKind.Learner : ReplicaKind.Voter,
            SHA256.HashData(key.Value.ExportSubjectPublicKeyInfo()));
        Result<CommandOutcome> added = await control.ExecuteAsync(call, key: null, command).ConfigureAwait(false);
        if (!added.IsOk)
        {
            return added.Error;
        }

        var node = new NodeId((uint)ControlResult.IdOf(added.Value.Detail.Span));
        // Who asks again gets another certificate, and is told of another time.
        Log.NodeJoined(control.Cluster.Logger, node, command.Region, command.PeerEndpoint, JoinToken.TextOf(token));
        Catalog catalog = control.Catalog.Current;
        Result<(X509Certificate2 Node, X509Certificate2 Authority)> signed =
            authority.SignNode(new NodeIdentity(catalog.Cluster, node, command.Region), key.Value);
        return signed.IsOk ? Answer(catalog, node, signed.Value.Node, signed.Value.Authority) : signed.Error;
    }

    private static JoinResponse Answer(Catalog catalog, NodeId node, X509Certificate2 certificate, X509Certificate2 authority)
    {
        Span<byte> cluster = stackalloc byte[ClusterId.SizeBytes];
        catalog.Cluster.Write(cluster);
        using (certificate)
        {
            var response = new JoinResponse
            {
                ClusterId = ByteString.CopyFrom(cluster),
                Node = node.Value,
                Certificate = ByteString.CopyFrom(certificate.RawData),
                Authority = ByteString.CopyFrom(authority.RawData),
                DataShards = catalog.DataShards,
            };
            response.Peers.AddRange(catalog.Nodes
                .Where(other => other.Id != node && other.State != ClusterNodeState.Removed)
                .Select(other => new NodePeer { Node = other.Id.Value, Region = other.Region.Value, PeerEndpoint = other.PeerEndpoint }));
            return response;
        }
    }
}
