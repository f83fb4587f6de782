using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication;
using Nacre.Replication.Catalogue;
using Nacre.Replication.Forwarding;
using Nacre.Replication.Leases;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>
/// What a node serves by, between two crashes: the product's lease, follower of the catalogue, withdrawals, forwarding and
/// coordinator. The ways to other nodes are the simulation's.
/// </summary>
internal sealed class Authority : ILeaseSource, ILeaseHolders, IWithdrawals, IProposalCarrier, IDisposable
{
    private const long AnswersWithin = 150_000;

    /// <summary>A twentieth of the product's: a fault lasts as long as a lease or two.</summary>
    private static readonly LeaseOptions Times = new()
    {
        Duration = TimeSpan.FromMilliseconds(500),
        Margin = TimeSpan.FromMilliseconds(50),
        RenewEvery = TimeSpan.FromMilliseconds(100),
    };

    private static readonly ForwardingOptions Forwarding = new()
    {
        Patience = TimeSpan.FromMilliseconds(300),
        LookAgainAfter = TimeSpan.FromMilliseconds(20),
    };

    private readonly NodeWorld _world;
    private readonly Network _network;
    private readonly Node _node;
    private readonly NodeBug _bug;
    private readonly ReplicaSlot _slot;
    private readonly NodeBootClock _clock;
    private readonly CatalogFollower _follower;
    private readonly AuthorisationLease _lease;
    private readonly Withdrawals _withdrawals;
    private readonly ForwardedProposals _forwarded;
    private readonly CatalogCoordinator _coordinator;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _ending;
    private Catalog _inForce = Catalog.Empty;
    private TimeSpan _answered = TimeSpan.MinValue;
    private bool _held;
    private bool _everHeld;
    private bool _hasLed;
    private int _underWay;

    public Authority(NodeWorld world, Network network, Node node, NodeBug bug, ReplicaSlot slot)
    {
        (_world, _network, _node, _bug, _slot) = (world, network, node, bug, slot);
        _clock = new NodeBootClock(node, bug);
        _follower = new CatalogFollower(node.Catalog, [FollowNodesAsync, FollowPermissionsAsync], node.Clock, NullLogger.Instance);
        ICatalogReader members = bug == NodeBug.LeaseOfRemovedNode ? new WhileMember(node) : node.Catalog;
        _lease = new AuthorisationLease(
            node.Id, members, this, WhenInForceForLeaseAsync, Times, _clock, node.Clock, NullLogger.Instance);
        LeaseOptions waited = bug switch
        {
            NodeBug.WithdrawalWaitsTooShort => Times with { Duration = Times.Duration / 2 },
            NodeBug.WithdrawalWithoutMargin => Times with { Margin = TimeSpan.Zero },
            _ => Times,
        };
        _withdrawals = new Withdrawals(node.Id, node.Catalog, this, waited, node.Clock);
        _forwarded = new ForwardedProposals(shard => node.Replicas.GetValueOrDefault(shard)?.Running);
        _ending = _stopping.Token;
        _coordinator = new CatalogCoordinator(
            new ForwardingProposer(slot, this, Forwarding, node.Clock), _ => throw new NotSupportedException("No data shard is asked."),
            node.Catalog, new CatalogCoordinatorOptions(), node.Clock, NullLogger.Instance, bug == NodeBug.WithdrawalNotAwaited ? null : this);
    }

    /// <summary>
    /// Executes a command as the product's handlers do: what it takes away is no more in force here, in no part, and then on
    /// no other node.
    /// </summary>
    public async Task<Result<CommandOutcome>> ExecuteAsync(ControlCommand command, EntryHeader request)
    {
        if (!command.Withdraws)
        {
            return await _coordinator.ProposeAsync(command, request, default);
        }

        Term began = _slot.Status.Term;
        _underWay++;
        try
        {
            Result<CommandOutcome> outcome = await _coordinator.ProposeAsync(command, request, default);
            if (!outcome.IsOk)
            {
                return outcome;
            }

            await _follower.WhenInForceAsync(_node.Catalog.Current.Applied, _ending);
            if (await _coordinator.SettleAsync(_ending) is { } unknown)
            {
                return unknown;
            }

            if (_slot.Status.Term != began)
            {
                _world.Hit(NodeProbe.LeaderChangedUnderWithdrawal);
            }

            return outcome;
        }
        finally
        {
            _underWay--;
        }
    }

    /// <inheritdoc/>
    public async ValueTask SettleAsync(LogIndex index, CancellationToken cancellationToken)
    {
        long began = _node.Clock.GetTimestamp();
        await _withdrawals.SettleAsync(index, cancellationToken);
        bool ranOut = _node.Clock.GetElapsedTime(began) >= Times.Duration + Times.Margin;
        _world.Hit(ranOut ? NodeProbe.WithdrawalWaitedOut : NodeProbe.WithdrawalConfirmed);
    }

    /// <summary>True while somebody waits here for the end of a withdrawal.</summary>
    public bool IsWithdrawing => _underWay > 0;

    public bool HoldsLease => _lease.Refusal is null;

    public bool IsAlone => _slot.IsAlone;

    /// <summary>Begins to follow and to renew, in the node's process.</summary>
    public void Start()
    {
        _follower.Start();
        _ = TakeLeaseAsync();
    }

    /// <summary>The node lost power.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        _ = _coordinator.DisposeAsync().AsTask();
        _ = _lease.DisposeAsync().AsTask();
        _ = _follower.DisposeAsync().AsTask();
    }

    /// <summary>A request, as the pipeline has it: the lease first, then whether the caller may.</summary>
    public bool Serves(string user, string permission)
    {
        Look();
        bool isHeld = _bug switch
        {
            NodeBug.StaleLeaseRead => _everHeld,
            NodeBug.LeaseCountedFromAnswer => _held || _clock.Now < _answered + Times.Duration,
            _ => _held,
        };
        bool isServed = isHeld && _inForce.FindUser(Administrator.Database, user)?.FindPermission(permission) is { Target.Mode: PermissionMode.All };
        _world.Hit(isServed ? NodeProbe.RequestServed : isHeld ? NodeProbe.RequestDenied : NodeProbe.RequestRefusedWithoutLease);
        return isServed;
    }

    /// <summary>Notes whether the lease came or went.</summary>
    public void Look()
    {
        if (HoldsLease != _held)
        {
            _held = !_held;
            _everHeld |= _held;
            _world.Hit(_held ? NodeProbe.LeaseTaken : NodeProbe.LeaseLost);
        }

        _hasLed |= _slot.Replica.Leads;
    }

    public ValueTask<Result<LogIndex>> ReadIndexAsync(CancellationToken cancellationToken)
    {
        bool isOwnWord = _bug switch
        {
            NodeBug.LeaseOnOwnWord => _slot.Replica.Leads,
            NodeBug.LeaseSurvivesTransfer => _hasLed && !_slot.Replica.Leads,
            _ => false,
        };
        return isOwnWord ? ValueTask.FromResult<Result<LogIndex>>(_slot.Status.Applied) : _slot.ReadIndexAsync(cancellationToken);
    }

    /// <summary>Asks another node over the network, until it says so or the connection is taken for broken.</summary>
    public async Task<bool> ConfirmAsync(NodeId node, LogIndex index, CancellationToken cancellationToken)
    {
        if (_bug == NodeBug.RemovedNodeNotAwaited && !_node.SpeaksTo(node))
        {
            return true;
        }

        bool isConfirmed = await AskAsync(node, async authority =>
        {
            if (_bug != NodeBug.ConfirmedBeforeInForce)
            {
                await authority._follower.WhenInForceAsync(index, authority._ending);
            }

            return true;
        });
        cancellationToken.ThrowIfCancellationRequested();
        return isConfirmed;
    }

    public async ValueTask<Result<ForwardedOutcome>> CarryAsync(NodeId to, ForwardedProposal proposal, CancellationToken cancellationToken)
    {
        ForwardedProposal copy = proposal with { Entry = [.. proposal.Entry] };
        _world.Hit(NodeProbe.CommandForwarded);
        return await AskAsync(to, async authority => (Result<ForwardedOutcome>?)await authority._forwarded.TakeAsync(copy, default))
            ?? new NacreError(ErrorCode.OutcomeUnknown, "The connection broke.");
    }

    private async Task TakeLeaseAsync()
    {
        try
        {
            await _lease.StartAsync(_ending);
        }
        catch (OperationCanceledException)
        {
            // The node lost power before it had one.
        }
    }

    private async Task WhenInForceForLeaseAsync(LogIndex index, CancellationToken cancellationToken)
    {
        if (_bug != NodeBug.LeaseBeforeInForce)
        {
            await _follower.WhenInForceAsync(index, cancellationToken);
        }

        if (_bug == NodeBug.LeaseCountedFromAnswer)
        {
            // Between question and answer there is time enough for a withdrawal.
            await _world.Delay(_world.Between(0, 250_000));
        }

        _answered = _clock.Now;
    }

    /// <summary>Whoever was removed is spoken to no more.</summary>
    private async Task<NacreError?> FollowNodesAsync(Catalog newest, CancellationToken cancellationToken)
    {
        await PerhapsLateAsync();
        bool isRemoval = newest.Nodes.Any(node => node.State == ClusterNodeState.Removed && _node.SpeaksTo(node.Id));
        if (isRemoval && _slot.Replica.Leads && _world.Random.OneIn(2) && !_world.IsHealing)
        {
            // So long that who was removed is answered for the length of a lease or two.
            _world.Hit(NodeProbe.NodesFollowedLate);
            await _world.Delay(_world.Between(300_000, 1_200_000));
        }

        _withdrawals.Follow(newest);
        _node.Follow(newest);
        return null;
    }

    private async Task<NacreError?> FollowPermissionsAsync(Catalog newest, CancellationToken cancellationToken)
    {
        await PerhapsLateAsync();
        if (_world.Random.OneIn(40) && !_world.IsHealing)
        {
            _world.Hit(NodeProbe.PartCouldNotFollow);
            return new NacreError(ErrorCode.Unavailable, "It cannot be followed now.");
        }

        _inForce = newest;
        return null;
    }

    private Task PerhapsLateAsync() => _world.Random.OneIn(6) ? _world.Delay(_world.Between(100, 20_000)) : Task.CompletedTask;

    /// <summary>A call to another node; the default value when question or answer are lost.</summary>
    private Task<T?> AskAsync<T>(NodeId to, Func<Authority, Task<T>> ask)
    {
        var answer = new TaskCompletionSource<T?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _network.Carry(_node.Id, to, () => _network[to].Run(async () =>
        {
            if (_network[to].Authority is { } authority)
            {
                try
                {
                    T said = await ask(authority);
                    _network.Carry(to, _node.Id, () => answer.TrySetResult(said));
                }
                catch (OperationCanceledException)
                {
                    // It lost power meanwhile.
                }
            }
        }));
        _world.After(AnswersWithin, () => answer.TrySetResult(default));
        return answer.Task;
    }

    /// <summary>The catalogue that last named a node a member, as if it had not been removed since.</summary>
    private sealed class WhileMember(Node node) : ICatalogReader
    {
        private Catalog _last = Catalog.Empty;

        public Catalog Current
        {
            get
            {
                Catalog newest = node.Catalog.Current;
                return newest.FindNode(node.Id) is { State: ClusterNodeState.Removed } ? _last : _last = newest;
            }
        }
    }
}
