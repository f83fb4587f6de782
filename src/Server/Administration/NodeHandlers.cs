using System.Security.Cryptography.X509Certificates;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Protocol.V1;
using Nacre.Security.Certificates;
using Nacre.Server.Pipeline;
using JoinToken = Nacre.Security.Tokens.JoinToken;

namespace Nacre.Server.Administration;

/// <summary>Serves the methods of <c>nacre.v1.Nodes</c>, but for joining.</summary>
internal static class NodeHandlers
{
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(1);

    /// <summary>What nodes are refused with where there is no port for them.</summary>
    public static NacreError NoNodePort { get; } = new(
        ErrorCode.PreconditionFailed, "This cluster has no address for other nodes. Start its first node with --node-listen HOST:PORT.");

    private static readonly NacreError BadLifetime = new(
        ErrorCode.Malformed, $"A join token is good for at most {JoinTokenRecord.MaxLifetime.TotalDays} days.");

    private static readonly NacreError BadId = new(ErrorCode.Malformed, "The id of a join token is what its making gave.");

    /// <summary>Makes a token that lets one node join; the only answer that carries one.</summary>
    public static async ValueTask<Result<CreateJoinTokenResponse>> CreateJoinTokenAsync(
        NodeServices services, Call call, CreateJoinTokenRequest request)
    {
        ControlServices control = services.Control;
        if (control.Catalog.Current.Nodes.IsEmpty || control.Cluster.Authority is not { } authority)
        {
            return NoNodePort;
        }

        TimeSpan lifetime = request.LifetimeS == 0 ? DefaultLifetime : TimeSpan.FromSeconds(request.LifetimeS);
        if (lifetime > JoinTokenRecord.MaxLifetime)
        {
            return BadLifetime;
        }

        Result<X509Certificate2> known = KnownBy(control.Cluster.OperatorCertificate(), authority);
        if (!known.IsOk)
        {
            return known.Error;
        }

        using JoinToken token = JoinToken.Draw(control.Cluster.Random, JoinToken.FingerprintOf(known.Value));
        DateTimeOffset expires = control.Time.GetUtcNow() + lifetime;
        Result<CommandOutcome> made = await control.ExecuteAsync(
            call, key: null, new CreateJoinToken(token.Id, token.SecretHash, expires)).ConfigureAwait(false);
        return made.IsOk
            ? new CreateJoinTokenResponse
            {
                Token = token.Reveal(),
                Id = JoinToken.TextOf(token.Id),
                ExpiresMs = expires.ToUnixTimeMilliseconds(),
            }
            : made.Error;
    }

    /// <summary>Shows the certificate that a join token's fingerprint is of.</summary>
    public static ValueTask<Result<GetAuthorityResponse>> GetAuthorityAsync(NodeServices services, Call call, GetAuthorityRequest request)
    {
        if (services.Control.Cluster.Authority is not { } authority)
        {
            return new(NoNodePort);
        }

        Result<X509Certificate2> known = KnownBy(services.Control.Cluster.OperatorCertificate(), authority);
        return new(known.IsOk ? new GetAuthorityResponse { Certificate = Google.Protobuf.ByteString.CopyFrom(known.Value.RawData) } : known.Error);
    }

    /// <summary>Withdraws a token that was not used.</summary>
    public static async ValueTask<Result<WithdrawJoinTokenResponse>> WithdrawJoinTokenAsync(
        NodeServices services, Call call, WithdrawJoinTokenRequest request)
    {
        if (JoinToken.ReadId(request.Id) is not { } id)
        {
            return BadId;
        }

        Result<CommandOutcome> removed = await services.Control.ExecuteAsync(call, key: null, new RemoveJoinToken(id)).ConfigureAwait(false);
        return removed.IsOk ? new WithdrawJoinTokenResponse() : removed.Error;
    }

    /// <summary>Lists the nodes, with what this one knows of their health.</summary>
    public static ValueTask<Result<ListNodesResponse>> ListAsync(NodeServices services, Call call, ListNodesRequest request)
    {
        var response = new ListNodesResponse();
        response.Nodes.AddRange(services.Control.Catalog.Current.Nodes.Select(node => Show(node, services.Control)));
        return new(response);
    }

    /// <summary>Has a node hand over what it leads.</summary>
    public static ValueTask<Result<Node>> DrainAsync(NodeServices services, Call call, ChangeNodeRequest request) =>
        ChangeAsync(services, call, request, NodeChange.Drain);

    /// <summary>Lets a node lead again.</summary>
    public static ValueTask<Result<Node>> ResumeAsync(NodeServices services, Call call, ChangeNodeRequest request) =>
        ChangeAsync(services, call, request, NodeChange.Resume);

    /// <summary>Removes a node for good.</summary>
    public static ValueTask<Result<Node>> RemoveAsync(NodeServices services, Call call, ChangeNodeRequest request) =>
        ChangeAsync(services, call, request, NodeChange.Remove);

    /// <summary>Has a node's replicas vote.</summary>
    public static ValueTask<Result<Node>> PromoteAsync(NodeServices services, Call call, ChangeNodeRequest request) =>
        ChangeAsync(services, call, request, NodeChange.Promote);

    private static async ValueTask<Result<Node>> ChangeAsync(NodeServices services, Call call, ChangeNodeRequest request, NodeChange change)
    {
        ControlServices control = services.Control;
        var id = new NodeId(request.Node);
        if (control.Catalog.Current.FindNode(id) is not { } before)
        {
            return new NacreError(ErrorCode.NotFound, $"There is no node {id}. 'nacre node list' shows those that there are.");
        }

        (ClusterNodeState state, ReplicaKind kind) = change switch
        {
            NodeChange.Drain => (ClusterNodeState.Draining, before.Kind),
            NodeChange.Resume => (ClusterNodeState.Active, before.Kind),
            NodeChange.Remove => (ClusterNodeState.Removed, before.Kind),
            _ => (before.State, ReplicaKind.Voter),
        };
        if (state == before.State && kind == before.Kind)
        {
            return Show(before, control);
        }

        // The version that it must have is read anew by whoever repeats the request; what is asked is the change.
        Result<EntryHeader> header = ControlRequests.HeaderOf(call, request.Idempotency, [(byte)change, .. BitConverter.GetBytes(request.Node)]);
        if (!header.IsOk)
        {
            return header.Error;
        }

        Result<CommandOutcome> changed = await control.Coordinator.ExecuteAsync(
            new SetNode(id, before.PeerEndpoint, before.ClientEndpoint, state, kind, before.Version), header.Value, call.Token).ConfigureAwait(false);
        return changed.IsOk ? Show(control.Catalog.Current.FindNode(id) ?? before, control) : changed.Error;
    }

    /// <summary>The certificate by which a joining node knows this one: the cluster's authority, or what the operator gave.</summary>
    private static Result<X509Certificate2> KnownBy(X509Certificate2? given, OwnCertificates own) => given is null ? own.AuthorityCertificate() : given;

    private static Node Show(ClusterNode node, ControlServices control) => new()
    {
        Id = node.Id.Value,
        Region = node.Region.Value,
        PeerEndpoint = node.PeerEndpoint,
        ClientEndpoint = node.ClientEndpoint,
        State = (NodeState)node.State,
        Kind = (NodeKind)node.Kind,
        CreatedMs = node.Created.ToUnixTimeMilliseconds(),
        Etag = ControlRequests.TagOf(node.Version),
        Health = Show(control.Cluster.Health.Of(node.Id)),
    };

    private static NodeHealth? Show(ClusterNodeHealth? health) => health is null
        ? null
        : new NodeHealth
        {
            IsReachable = health.IsReachable,
            ShardsLed = health.ShardsLed,
            Replicas = health.Replicas,
            LastHeardMs = health.LastHeard?.ToUnixTimeMilliseconds() ?? 0,
            Lag = health.Lag,
        };

    /// <summary>What is asked for a node.</summary>
    private enum NodeChange : byte
    {
        Drain = 1,
        Resume = 2,
        Remove = 3,
        Promote = 4,
    }
}
