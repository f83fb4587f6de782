using System.Collections.Concurrent;
using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Topology;

/// <summary>
/// Which node leads the shard of an item, so that an operation that needs the leader goes there at once. All of it is advice:
/// any node takes any operation, and whatever is not known, stale or wrong costs a hop between nodes and nothing else.
/// </summary>
/// <remarks>Thread-safe. Costs nothing but a look where only one node is known.</remarks>
internal sealed class ClusterMap : IAsyncDisposable
{
    // Invariants:
    // - _leaders holds nodes of the set as of the last discovery, by shard from 1; it is empty until there is more than one node;
    // - under _gate: at most one task asks for containers, and it goes on while _wanted is not empty.
    private readonly EndpointSet _nodes;
    private readonly NacreClientOptions _options;
    private readonly ConcurrentDictionary<ContainerName, ContainerMap> _containers = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<ContainerName> _wanted = [];
    private Task _asking = Task.CompletedTask;
    private volatile RpcChannel?[] _leaders = [];
    private volatile Wire.ConsistencyLevel _level;

    public ClusterMap(EndpointSet nodes, NacreClientOptions options)
    {
        _nodes = nodes;
        _options = options;
        nodes.Discovered += Learn;
    }

    /// <summary>The node that an operation should go to: the one that leads, where it matters, is known and works; else the current one.</summary>
    public RpcChannel NodeFor(in ItemCall call)
    {
        RpcChannel current = _nodes.Current;
        RpcChannel?[] leaders = _leaders;
        if (leaders.Length == 0 || !NeedsLeader(call))
        {
            return current;
        }

        if (!_containers.TryGetValue(call.Container, out ContainerMap? container))
        {
            Want(call.Container);
            return current;
        }

        return container.LeaderOf(call, leaders) is { IsLeft: false } leader ? leader : current;
    }

    /// <summary>A node served an operation whose shard another one leads: what is known here has grown old, or was never right.</summary>
    public void NoteLedElsewhere()
    {
        if (_leaders.Length > 0)
        {
            _nodes.Suspect();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task asking;
        lock (_gate)
        {
            asking = _asking;
        }

        await asking.ConfigureAwait(false);
        _stop.Dispose();
    }

    private bool NeedsLeader(in ItemCall call) => call.IsWrite ||
        (call.Consistency is Wire.ConsistencyLevel.Unspecified ? _level : call.Consistency) is Wire.ConsistencyLevel.Strong;

    /// <summary>Takes what a node says of the cluster; the set has taken the nodes themselves.</summary>
    /// <param name="account">What it says.</param>
    /// <param name="isSuspect">True: something of what was known proved wrong.</param>
    private void Learn(Wire.AccountInfo account, bool isSuspect)
    {
        IReadOnlyList<RpcChannel> nodes = _nodes.Nodes;
        RpcChannel?[] named = [.. account.ClientEndpoints.Select(endpoint =>
            Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? uri) ? nodes.FirstOrDefault(node => node.Endpoint == uri) : null)];
        _level = account.Consistency?.Level ?? Wire.ConsistencyLevel.Unspecified;
        _leaders = nodes.Count < 2 ? [] : [.. account.ShardLeaders.Select(place => place - 1 < (uint)named.Length ? named[place - 1] : null)];
        if (isSuspect)
        {
            // A container may have been made again with other ranges. What is known of it serves until the answer is there.
            foreach (ContainerName container in _containers.Keys)
            {
                Want(container);
            }
        }
    }

    private void Want(ContainerName container)
    {
        lock (_gate)
        {
            if (!_stop.IsCancellationRequested && _wanted.Add(container) && _wanted.Count == 1)
            {
                _asking = AskAsync();
            }
        }
    }

    /// <summary>Asks for what is wanted, one after the other; it never throws.</summary>
    private async Task AskAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            ContainerName container;
            lock (_gate)
            {
                if (_wanted.Count == 0)
                {
                    return;
                }

                container = _wanted.First();
            }

            ContainerMap? learned = null;
            try
            {
                learned = await AskAsync(container).ConfigureAwait(false);
            }
            catch (Exception e) when (_stop.IsCancellationRequested && e is OperationCanceledException or ObjectDisposedException)
            {
                // The client is being closed.
            }

            // First known, then wanted no more: an operation between the two would want it again.
            if (learned is not null)
            {
                _containers[container] = learned;
            }

            lock (_gate)
            {
                _wanted.Remove(container);
            }
        }
    }

    /// <summary>What a node tells of a container; <see cref="ContainerMap.Unknown"/> also where it may not be told, or is not there.</summary>
    private async Task<ContainerMap> AskAsync(ContainerName container)
    {
        Attempt<Wire.Container> attempt = await _nodes.Selected.CallAsync(
            RpcMethods.GetContainer,
            new Wire.GetContainerRequest { Database = container.Database, Name = container.Container },
            new Deadline(_options.TimeProvider, _options.NodeTimeout),
            _stop.Token).ConfigureAwait(false);
        return attempt.IsOk ? ContainerMap.Of(attempt.ValueOrThrow()) : ContainerMap.Unknown;
    }
}
