using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client;

/// <summary>The nodes of the cluster.</summary>
/// <remarks>Thread-safe. All but <see cref="ListAsync"/> need a read-write key; every method throws <see cref="NacreException"/>.</remarks>
public sealed class ClusterNodes
{
    private readonly ClientPipeline _pipeline;

    internal ClusterNodes(ClientPipeline pipeline) => _pipeline = pipeline;

    /// <summary>Lists the nodes, those that were removed among them.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>By id; none where no node has a port for others.</returns>
    public async Task<IReadOnlyList<ClusterNodeProperties>> ListAsync(CancellationToken cancellationToken = default)
    {
        Wire.ListNodesResponse response = await _pipeline
            .ReadAsync(RpcMethods.ListNodes, new Wire.ListNodesRequest(), "list_nodes", default, cancellationToken).ConfigureAwait(false);
        return [.. response.Nodes.Select(FromWire)];
    }

    /// <summary>Makes a token that lets one node join.</summary>
    /// <param name="lifetime">How long it is good for: whole seconds, at most 7 days. Null: an hour.</param>
    /// <param name="cancellationToken">Stops the wait, not the making.</param>
    public async Task<JoinToken> CreateJoinTokenAsync(TimeSpan? lifetime = null, CancellationToken cancellationToken = default)
    {
        if (lifetime is { } given && (given < TimeSpan.FromSeconds(1) || given > TimeSpan.FromDays(7)))
        {
            throw new ArgumentOutOfRangeException(nameof(lifetime), given, "A join token is good for a second to 7 days.");
        }

        Wire.CreateJoinTokenResponse response = await _pipeline
            .WriteOnceAsync(
                RpcMethods.CreateJoinToken,
                new Wire.CreateJoinTokenRequest { LifetimeS = (uint)(lifetime?.TotalSeconds ?? 0) },
                "create_join_token",
                default,
                cancellationToken)
            .ConfigureAwait(false);
        return new JoinToken(response.Token, response.Id, DateTimeOffset.FromUnixTimeMilliseconds(response.ExpiresMs));
    }

    /// <summary>Withdraws a join token that was not used.</summary>
    /// <param name="id">As <see cref="JoinToken.Id"/> gave it.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    public async Task WithdrawJoinTokenAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        await _pipeline
            .WriteOnceAsync(RpcMethods.WithdrawJoinToken, new Wire.WithdrawJoinTokenRequest { Id = id }, "withdraw_join_token", default, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Has a node hand over what it leads, and lead nothing from then on.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    public Task<ClusterNodeProperties> DrainAsync(int node, CancellationToken cancellationToken = default) =>
        ChangeAsync(RpcMethods.DrainNode, node, "drain_node", cancellationToken);

    /// <summary>Lets a node lead again: the undoing of <see cref="DrainAsync"/>.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    public Task<ClusterNodeProperties> ResumeAsync(int node, CancellationToken cancellationToken = default) =>
        ChangeAsync(RpcMethods.ResumeNode, node, "resume_node", cancellationToken);

    /// <summary>Removes a node for good: its replicas are given up, and no other node speaks to it.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    public Task<ClusterNodeProperties> RemoveAsync(int node, CancellationToken cancellationToken = default) =>
        ChangeAsync(RpcMethods.RemoveNode, node, "remove_node", cancellationToken);

    /// <summary>Has a node's replicas vote, once they have caught up.</summary>
    /// <param name="node">The node's id.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    public Task<ClusterNodeProperties> PromoteAsync(int node, CancellationToken cancellationToken = default) =>
        ChangeAsync(RpcMethods.PromoteNode, node, "promote_node", cancellationToken);

    private async Task<ClusterNodeProperties> ChangeAsync(
        RpcMethod<Wire.Node> method, int node, string operation, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(node);
        return FromWire(await _pipeline
            .WriteAsync(method, key => new Wire.ChangeNodeRequest { Node = (uint)node, Idempotency = key }, operation, default, cancellationToken)
            .ConfigureAwait(false));
    }

    private static ClusterNodeProperties FromWire(Wire.Node node) => new(
        (int)node.Id,
        (int)node.Region,
        (ClusterNodeState)node.State,
        (ClusterNodeKind)node.Kind,
        node.PeerEndpoint,
        new Uri(node.ClientEndpoint),
        DateTimeOffset.FromUnixTimeMilliseconds(node.CreatedMs),
        node.Etag,
        node.Health is not { } health
            ? null
            : new ClusterNodeHealth(
                health.IsReachable,
                (int)health.ShardsLed,
                (int)health.Replicas,
                health.LastHeardMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(health.LastHeardMs),
                (long)health.Lag));
}
