using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication;
using Nacre.Replication.Catalogue;
using Nacre.Replication.Forwarding;
using Nacre.Replication.Leases;
using Nacre.Replication.Membership;
using Nacre.Replication.Snapshots;
using Nacre.Security.Certificates;
using Nacre.Server.Administration;
using Nacre.Server.Leases;
using Nacre.Server.Peers;
using Nacre.Storage.Files;

namespace Nacre.Server.Hosting;

/// <content>The other nodes: the port that they come to, where they are, and what this node tells of itself.</content>
public sealed partial class NacreNode
{
    private static readonly RegionId OnlyRegion = new(1);
    private static readonly TimeSpan TellWaiting = TimeSpan.FromSeconds(5);

    private NodePort? _port;
    private PeerBook? _peers;
    private ReportService? _reports;
    private ClusterHealth? _clusterHealth;
    private readonly TaskCompletionSource<CatalogFollower> _follower = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AuthorisationLease? _lease;
    private SnapshotExchange? _exchange;
    private IReadOnlyList<string> _shown = [];
    private Withdrawals? _withdrawals;
    private Uri? _nodeEndpoint;

    /// <summary>Where other nodes reach it; null where it stays alone.</summary>
    public string? NodeAddress => _nodeEndpoint is null ? null : _options.NodeAddress ?? _nodeEndpoint.Authority;

    private string ClientAddress => $"https://{_options.Address ?? Endpoint.Authority}";

    /// <summary>Sets the nodes' port up where there is to be one; nothing is bound yet.</summary>
    /// <param name="before">The catalogue as of the last checkpoint.</param>
    private async Task<NacreError?> OpenPortAsync(Catalog before)
    {
        if (_options.NodeListen is not { } wanted)
        {
            return _record.Node == AddNode.Founder && before.Nodes.Length <= 1
                ? null
                : new NacreError(ErrorCode.Malformed, "nodeListen: this data folder is of a cluster of several nodes; say where the others reach this one (--node-listen HOST:PORT).");
        }

        bool parsed = ListenAddress.TryParse(wanted, out ListenAddress listen) & ListenAddress.TryParse(_options.Listen, out ListenAddress clients);
        Core.Invariant.Check(parsed);
        if ((_options.NodeAddress is null && listen.IsAnywhere) || (_options.Address is null && clients.IsAnywhere))
        {
            return new NacreError(ErrorCode.Malformed,
                "nodeListen: a node that listens on every address must say by which one it is reached: give --node-address HOST:PORT to other nodes, and --address HOST:PORT to clients.");
        }

        if (OpenAuthority(clients) is { } noAuthority)
        {
            return noAuthority;
        }

        bool isFirst = _record.Node == AddNode.Founder && before.Nodes.IsEmpty;
        if (!isFirst && !_authority.Exists)
        {
            return new NacreError(ErrorCode.Corrupt,
                $"{Path.Combine(_folder.Tls, OwnCertificates.AuthorityFileName)} is not there, and the cluster has one: copy it from another node's data folder.");
        }

        Result<NodePort> port = NodePort.Create(
            await listen.ResolveAsync(CancellationToken.None).ConfigureAwait(false),
            new NodeIdentity(_record.Cluster, _record.Node, OnlyRegion),
            _authority,
            new NodesOfCatalog(Catalog),
            new NodePortServices(
                new ShardReceiver(() => _host, peer => _vetting is { } vetting && vetting.MayHear(peer)),
                new ForwardedProposals(shard => _host is { } host && host.TryGet(shard, out ShardReplica? replica) ? replica : null))
            {
                Keys = ShareKeys(),
                Leases = new LeaseService(WhenInForceAsync),
                Snapshots = new SnapshotService(() => _exchange?.Holder),
                Reports = _reports = RemembersPeers(),
            },
            _environment);
        if (!port.IsOk)
        {
            return port.Error;
        }

        _port = port.Value;
        _parts.Push(_port);
        _withdrawals = new Withdrawals(_record.Node, Catalog, new LeaseHolders(_port.Channels), LeaseOptions, _environment.Time);
        return null;
    }

    private static LeaseOptions LeaseOptions { get; } = new();

    /// <summary>Ends when all parts of this node have taken over the catalogue of a control entry; not before there are any.</summary>
    private async Task WhenInForceAsync(LogIndex index, CancellationToken cancellationToken)
    {
        CatalogFollower follower = await _follower.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        await follower.WhenInForceAsync(index, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The node's part in snapshots: what it holds for others, and fetches from them.</summary>
    private SnapshotExchange MakeExchange(ReplicaEnvironment environment)
    {
        var options = new SnapshotOptions { MaxBytesPerSecond = _options.Limits.SnapshotBytesPerSecond };
        _exchange = new SnapshotExchange(new SnapshotFetcher(() => _port?.Channels), _log, options, environment);
        _parts.Push(new Part(_exchange));
        return _exchange;
    }

    /// <summary>Looks at how the others are doing, and waits until this node knows the catalogue of now.</summary>
    private async Task<NacreError?> MeetPeersAsync(CancellationToken cancellationToken)
    {
        if (_port is null)
        {
            return null;
        }

        _parts.Push(_memory!);
        _memory!.Start();
        _clusterHealth = new ClusterHealth(_record.Node, _reports!.Own, _memory.Note, _port.Channels, Catalog, _environment.Time);
        _parts.Push(_clusterHealth);
        _clusterHealth.Start();
        _lease = new AuthorisationLease(
            _record.Node, Catalog, ControlSlot, WhenInForceAsync, LeaseOptions, BootClock.Instance, _environment.Time, _logger);
        _parts.Push(_lease);
        return await AwaitCatalogAsync(cancellationToken).ConfigureAwait(false)
            ?? await CatchUpOnKeysAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The catalogue of now needs a quorum of the control shard; a node that has only just joined is told of the cluster by it.</summary>
    private async Task<NacreError?> AwaitCatalogAsync(CancellationToken cancellationToken)
    {
        long told = _environment.Time.GetTimestamp();
        while (true)
        {
            Result<LogIndex> index = await ControlSlot.ReadIndexAsync(cancellationToken).ConfigureAwait(false);
            if (index.IsOk)
            {
                return null;
            }

            if (index.Error.Code != ErrorCode.Unavailable)
            {
                return index.Error;
            }

            if (_environment.Time.GetElapsedTime(told) >= TellWaiting)
            {
                told = _environment.Time.GetTimestamp();
                ReplicaStatus own = ControlSlot.Status;
                Log.AwaitingQuorum(_logger, index.Error.Message, own.Applied, own.Commit, own.LeaderNode);
            }

            await Task.Delay(TickInterval, _environment.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Tells the cluster where this node is reached, and begins to follow the catalogue and to keep replica sets.</summary>
    private async Task<NacreError?> JoinInAsync(TokenKeyStore tokenKeys, CancellationToken cancellationToken)
    {
        if (_port is null)
        {
            return null;
        }

        if (await AnnounceAsync(cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        var follower = new CatalogFollower(
            Catalog,
            [
                async (catalog, _) =>
                {
                    _withdrawals!.Follow(catalog);
                    await FollowPeersAsync(catalog).ConfigureAwait(false);
                    return null;
                },
                (_, stopping) => _sharing!.FollowAsync(stopping),
                (_, stopping) => WithKeysAsync(_accountKeys.FollowAsync, stopping),
                (_, stopping) => WithKeysAsync(tokenKeys.FollowAsync, stopping),
                (_, stopping) => FollowConnectionAsync(stopping),
            ],
            _environment.Time,
            _logger);
        _parts.Push(follower);
        follower.Start();
        _follower.SetResult(follower);
        await _lease!.StartAsync(cancellationToken).ConfigureAwait(false);
        var keeper = new ReplicaKeeper(
            _host, ProposerOf(ShardId.Control), Catalog, _record.Node, new ReplicaKeeperOptions(), _environment.Time,
            _environment.Loggers.CreateLogger("Nacre.Replication"));
        _parts.Push(keeper);
        keeper.Start();
        return null;
    }

    /// <summary>Who reads the connection file finds all nodes in it. A disk that is full keeps the file as it was.</summary>
    private async Task<NacreError?> FollowConnectionAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> active = new NodesOfCatalog(Catalog).Active;
        if (!active.SequenceEqual(_shown))
        {
            _shown = active;
            try
            {
                await WriteConnectionFileAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Core.Files.StorageFaultException fault)
            {
                Log.FollowingFailed(_logger, fault);
            }
        }

        return null;
    }

    /// <summary>A disk that is full keeps the file of peers as it was; who can be reached is dialled all the same.</summary>
    private async Task FollowPeersAsync(Catalog catalog)
    {
        try
        {
            await _peers!.FollowAsync(catalog).ConfigureAwait(false);
        }
        catch (Core.Files.StorageFaultException fault)
        {
            Log.FollowingFailed(_logger, fault);
        }
    }

    private async Task<NacreError?> AnnounceAsync(CancellationToken cancellationToken)
    {
        ClusterNode? known = Catalog.Current.FindNode(_record.Node);
        ControlCommand? command = known switch
        {
            null when _record.Node == AddNode.Founder => new AddNode(
                Token: 0, AddNode.Founder, OnlyRegion, NodeAddress!, ClientAddress, ReplicaKind.Voter),
            { State: ClusterNodeState.Removed } => null,
            { } node when node.PeerEndpoint != NodeAddress || node.ClientEndpoint != ClientAddress => new SetNode(
                node.Id, NodeAddress!, ClientAddress, node.State, node.Kind, node.Version),
            _ => null,
        };
        if (known is null && command is null)
        {
            return new NacreError(ErrorCode.Forbidden, $"The cluster knows no node {_record.Node}. Join it again, with an empty data folder.");
        }

        if (known is { State: ClusterNodeState.Removed })
        {
            return new NacreError(ErrorCode.Forbidden, $"Node {_record.Node} was removed from the cluster. Join it again, as a new node with an empty data folder.");
        }

        if (command is null)
        {
            return null;
        }

        Result<CommandOutcome> told = await _coordinator.ExecuteAsync(
            command, new EntryHeader { Cause = EntryCause.System }, cancellationToken).ConfigureAwait(false);
        return told.Error;
    }
}
