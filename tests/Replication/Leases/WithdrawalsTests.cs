using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Ids;
using Nacre.Replication.Leases;

namespace Nacre.Replication.Tests.Leases;

/// <summary>A withdrawal ends when each other node has confirmed it, or has no lease any more.</summary>
[TestFixture]
public sealed class WithdrawalsTests
{
    private static readonly LogIndex Index = new(9);

    private FakeTimeProvider _time = null!;
    private MembersDouble _catalog = null!;
    private HoldersDouble _holders = null!;
    private Withdrawals _withdrawals = null!;

    [SetUp]
    public void SetUp()
    {
        (_time, _catalog, _holders) = (new FakeTimeProvider(), new MembersDouble(), new HoldersDouble());
        _withdrawals = new Withdrawals(new NodeId(1), _catalog, _holders, new LeaseOptions(), _time);
    }

    [Test]
    public async Task Settle_AllConfirm_EndsAndAsksTheOthersOnly()
    {
        _catalog.Set(ClusterNodeState.Active, ClusterNodeState.Active, ClusterNodeState.Active);

        await _withdrawals.SettleAsync(Index, CancellationToken.None);

        Assert.That(_holders.Asked, Is.EqualTo(new[] { (new NodeId(2), Index), (new NodeId(3), Index) }));
    }

    [Test]
    public async Task Settle_ANodeIsSilent_WaitsALeaseAndTheMargin()
    {
        _catalog.Set(ClusterNodeState.Active, ClusterNodeState.Active);
        _holders.IsSilent = true;

        Task settled = _withdrawals.SettleAsync(Index, CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromSeconds(10.9));
        Assert.That(settled.IsCompleted, Is.False);

        _time.Advance(TimeSpan.FromSeconds(0.1));
        await settled;
    }

    [Test]
    public async Task Settle_ANodeIsNotReached_AsksAgain()
    {
        _catalog.Set(ClusterNodeState.Active, ClusterNodeState.Active);
        _holders.Misses = 1;

        Task settled = _withdrawals.SettleAsync(Index, CancellationToken.None).AsTask();
        Assert.That(settled.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await settled;

        Assert.That(_holders.Asked, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Settle_ANodeWasRemoved_WaitsUntilItsLeaseHasRunOut()
    {
        _catalog.Set(ClusterNodeState.Active, ClusterNodeState.Removed);
        _withdrawals.Follow(_catalog.Current);
        _time.Advance(TimeSpan.FromSeconds(10.9));
        _holders.IsSilent = true;

        Task settled = _withdrawals.SettleAsync(Index, CancellationToken.None).AsTask();
        Assert.That(settled.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromSeconds(11));
        await settled;

        _holders.Asked.Clear();
        await _withdrawals.SettleAsync(Index, CancellationToken.None);
        Assert.That(_holders.Asked, Is.Empty);
    }

    [Test]
    public void Settle_GivenUp_IsCancelled()
    {
        _catalog.Set(ClusterNodeState.Active, ClusterNodeState.Active);
        _holders.IsSilent = true;
        using var caller = new CancellationTokenSource();

        Task settled = _withdrawals.SettleAsync(Index, caller.Token).AsTask();
        caller.Cancel();

        Assert.That(async () => await settled, Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>Confirms at once, unless the test says otherwise.</summary>
    private sealed class HoldersDouble : ILeaseHolders
    {
        public List<(NodeId Node, LogIndex Index)> Asked { get; } = [];

        public bool IsSilent { get; set; }

        public int Misses { get; set; }

        public async Task<bool> ConfirmAsync(NodeId node, LogIndex index, CancellationToken cancellationToken)
        {
            Asked.Add((node, index));
            if (IsSilent)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return Misses-- <= 0;
        }
    }
}
