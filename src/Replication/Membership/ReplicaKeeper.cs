using Microsoft.Extensions.Logging;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Membership;

/// <summary>
/// Brings the replica sets of the shards that this node leads to what the catalogue wants, gives votes to learners in pairs,
/// and hands leads to the nodes that should have them.
/// </summary>
/// <remarks>Thread-safe.</remarks>
// Invariants:
// - only a shard's leader changes its set, one step at a time; every step may be refused and is then looked at again;
// - a lead goes only to a voter that has caught up;
// - a lead that has just come is not given away for balance: it may come from a node that stops, and that still answers.
public sealed class ReplicaKeeper : IAsyncDisposable
{
    private readonly ReplicaHost _host;
    private readonly IProposer _control;
    private readonly ICatalogReader _catalog;
    private readonly NodeId _node;
    private readonly ReplicaKeeperOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<ShardId, long> _pausing = [];
    private readonly LeadOffers _offers;
    private Task _rounds = Task.CompletedTask;

    /// <summary>Makes a keeper that is not started.</summary>
    /// <param name="host">The node's replicas.</param>
    /// <param name="control">The control shard, for votes.</param>
    /// <param name="catalog">What it has applied here.</param>
    /// <param name="node">This node.</param>
    /// <param name="options">How often to look.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where to say what was changed.</param>
    public ReplicaKeeper(
        ReplicaHost host, IProposer control, ICatalogReader catalog, NodeId node, ReplicaKeeperOptions options, TimeProvider time, ILogger logger)
    {
        Invariant.Check(options.LookInterval > TimeSpan.Zero);
        Invariant.Check(options.MostVoters % 2 == 1);
        (_host, _control, _catalog, _node, _options, _time, _logger) = (host, control, catalog, node, options, time, logger);
        _offers = new LeadOffers(options, time);
    }

    /// <summary>Begins. Once.</summary>
    public void Start() => _rounds = RunAsync();

    /// <summary>Looks once at every shard that this node leads.</summary>
    public async Task TendAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ClusterNode> nodes = _catalog.Current.Nodes;
        if (nodes.Count == 0)
        {
            return;
        }

        if (_host.Control.Leads)
        {
            await GiveVotesAsync(nodes, cancellationToken);
        }

        foreach (ShardReplica replica in _host.Replicas)
        {
            _offers.Note(replica.Identity.Shard, replica.Leads);
        }

        foreach (ShardReplica replica in _host.Replicas.Where(replica => replica.Leads && !IsPausing(replica.Identity.Shard)))
        {
            await TendAsync(replica, nodes, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _rounds;
        _stopping.Dispose();
    }

    private bool IsPausing(ShardId shard) =>
        _pausing.TryGetValue(shard, out long since) && _time.GetElapsedTime(since) < _options.PauseAfterRefusal;

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(_options.LookInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await TendOnceAsync();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The end that was asked for.
        }
    }

    /// <summary>A round that fails by a bug is told, and is no reason to keep no sets any more.</summary>
    private async Task TendOnceAsync()
    {
        try
        {
            await TendAsync(_stopping.Token);
        }
        catch (Exception cause) when (cause is not OperationCanceledException)
        {
            Log.KeeperFailed(_logger, cause);
            await Task.Delay(_options.PauseAfterRefusal, _time, _stopping.Token);
        }
    }

    private async Task TendAsync(ShardReplica replica, IReadOnlyList<ClusterNode> nodes, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_options.StepTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            IReadOnlyList<PeerProgress> peers = await replica.ProgressAsync(either.Token);
            ReplicaSet set = replica.Status.Set;
            if (ReplicaPlan.Next(set, nodes, id => peers.Any(peer => peer.Id == id && peer.IsCaughtUp)) is { } change)
            {
                await ChangeAsync(replica, change, either.Token);
            }
            else
            {
                await BalanceAsync(replica, nodes, peers, either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Log.StepTookTooLong(_logger, replica.Identity.Shard);
        }
    }

    private async Task ChangeAsync(ShardReplica replica, ReplicaSetChange change, CancellationToken cancellationToken)
    {
        Result<Unit> changed = await replica.ChangeAsync(change, cancellationToken);
        if (changed.IsOk)
        {
            Log.SetChanged(_logger, replica.Identity.Shard, change.Kind, change.Id);
        }
        else if (changed.Error.Code is not (ErrorCode.Unavailable or ErrorCode.NotLeader or ErrorCode.OutcomeUnknown))
        {
            // Not cured by asking ten times a second.
            _pausing[replica.Identity.Shard] = _time.GetTimestamp();
            Log.SetNotChanged(_logger, replica.Identity.Shard, change.Kind, change.Id, changed.Error.Code, changed.Error.Message);
        }
    }

    /// <summary>A lead goes to the node that should have it: at once from a node that drains, now and then for balance.</summary>
    private async Task BalanceAsync(
        ShardReplica replica, IReadOnlyList<ClusterNode> nodes, IReadOnlyList<PeerProgress> peers, CancellationToken cancellationToken)
    {
        NodeId preferred = ReplicaPlan.PreferredLeader(replica.Identity.Shard, nodes);
        bool drains = nodes.Any(node => node.Id == _node && node.State != ClusterNodeState.Active);
        if (preferred == _node || preferred.Value == 0 || !_offers.IsDue(replica.Identity.Shard, drains))
        {
            return;
        }

        ReplicaSet set = replica.Status.Set;
        IEnumerable<PeerProgress> able = peers.Where(peer => peer.IsCaughtUp && set.Find(peer.Id) is { Kind: ReplicaKind.Voter });
        PeerProgress? successor = able.Select(peer => (PeerProgress?)peer).FirstOrDefault(peer => peer!.Value.Node == preferred);
        if (successor is null && drains)
        {
            successor = able.Select(peer => (PeerProgress?)peer)
                .FirstOrDefault(peer => nodes.Any(node => node.Id == peer!.Value.Node && node.State == ClusterNodeState.Active));
        }

        if (successor is { } found)
        {
            _offers.Begin();
            Result<Unit> taken = await replica.TransferAsync(found.Id, cancellationToken);
            _offers.End(replica.Identity.Shard, taken.IsOk, drains);
            Log.LeadGivenAway(_logger, replica.Identity.Shard, found.Node, taken.Error?.Code ?? ErrorCode.None);
        }
    }

    private async Task GiveVotesAsync(IReadOnlyList<ClusterNode> nodes, CancellationToken cancellationToken)
    {
        foreach (ClusterNode node in ReplicaPlan.NextVoters(nodes, _options.MostVoters))
        {
            var command = new SetNode(node.Id, node.PeerEndpoint, node.ClientEndpoint, node.State, ReplicaKind.Voter, node.Version);
            Result<CommandOutcome> outcome = await _control.ProposeAsync(
                new Proposal(new EntryHeader { Kind = EntryKind.Control, Cause = EntryCause.System }, ControlCommandCodec.Encode(command)), cancellationToken);
            if (!outcome.IsOk || outcome.Value.Code != ErrorCode.None)
            {
                // Somebody else changed the node, or the lead is lost: the next look finds out.
                return;
            }

            Log.NodeGetsVote(_logger, node.Id);
        }
    }
}
