using Nacre.Core.Consistency;
using Nacre.Core.Errors;
using Nacre.Replication.Raft;
using Nacre.Replication.Tests.Doubles;

namespace Nacre.Replication.Tests;

/// <summary>Reads that may be behind, at a follower that knows how far.</summary>
[TestFixture]
public sealed class WeakReadTests
{
    private static readonly StalenessBound TenSeconds = new(StalenessBound.MaxVersions, TimeSpan.FromSeconds(10));

    [Test]
    public async Task ReadWithin_UntilTheBoundHasPassed_AsksNobody()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint follower = Other(cluster, cluster.Elect());
        Task<NacreError?> first = Read(cluster, follower, TenSeconds);
        Assert.That(first.IsCompleted, Is.False, "nothing is known yet");
        Assert.That(await cluster.SettleAsync(first), Is.Null);

        cluster.CutOff.Add(follower);
        cluster.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(Read(cluster, follower, TenSeconds).IsCompletedSuccessfully, Is.True, "within");

        cluster.Time.Advance(TimeSpan.FromMilliseconds(1));
        Task<NacreError?> late = Read(cluster, follower, TenSeconds);
        cluster.Tick(60);

        Assert.That((await cluster.SettleAsync(late))!.Code, Is.EqualTo(ErrorCode.Unavailable), "nobody says how far behind it is");
    }

    [Test]
    public async Task ReadWithin_AnAnswerThatTookLong_CountsFromTheQuestion()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint follower = Other(cluster, cluster.Elect());
        Task<NacreError?> first = Read(cluster, follower, TenSeconds);
        cluster.Time.Advance(TimeSpan.FromSeconds(8));
        Assert.That(await cluster.SettleAsync(first), Is.Null);

        cluster.CutOff.Add(follower);
        cluster.Time.Advance(TimeSpan.FromSeconds(2.001));

        Assert.That(Read(cluster, follower, TenSeconds).IsCompleted, Is.False);
    }

    [Test]
    public async Task ReadWithin_FewVersions_LastsAsLongAsSoManyTakeAtLeast()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint follower = Other(cluster, cluster.Elect());
        var bound = new StalenessBound(25_000, TimeSpan.FromSeconds(10));
        await cluster.SettleAsync(Read(cluster, follower, bound));

        cluster.CutOff.Add(follower);
        cluster.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.That(Read(cluster, follower, bound).IsCompletedSuccessfully, Is.True, "250,000 a second");

        cluster.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(Read(cluster, follower, bound).IsCompleted, Is.False);
    }

    [Test]
    public async Task ReadWithin_WhatWasConfirmedAndIsNotAppliedHere_IsWaitedFor()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        uint follower = Other(cluster, leader);
        cluster.Loses = (_, to, message) => to.Value == follower && message.Kind is RaftMessageKind.Append or RaftMessageKind.Heartbeat;
        await cluster.ProposeAsync(leader, 1);

        Task<NacreError?> read = Read(cluster, follower, TenSeconds);
        cluster.Run();
        Assert.That(read.IsCompleted, Is.False, "the answer is there, and the entry is not");

        cluster.Loses = (_, _, _) => false;
        cluster.Tick(30);
        Assert.That(await cluster.SettleAsync(read), Is.Null);
        Assert.That(cluster.Nodes[follower].Machine.Commands, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ReadWithin_PastHalfOfTheBound_AsksAheadAndGoesOn()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint follower = Other(cluster, cluster.Elect());
        await cluster.SettleAsync(Read(cluster, follower, TenSeconds));

        cluster.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.That(Read(cluster, follower, TenSeconds).IsCompletedSuccessfully, Is.True);
        cluster.Run();
        await cluster.SettleAsync(cluster.ReadAsync(follower));
        cluster.CutOff.Add(follower);
        cluster.Time.Advance(TimeSpan.FromSeconds(6));

        Assert.That(Read(cluster, follower, TenSeconds).IsCompletedSuccessfully, Is.True, "12 s after the first confirmation");
    }

    [Test]
    public async Task ReadWithin_AtTheSoleVoter_IsImmediate()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync(voters: 1);
        uint only = cluster.Elect();
        cluster.Time.Advance(TimeSpan.FromDays(1));

        Assert.That(cluster[only].IsSoleVoter, Is.True);
        Assert.That(Read(cluster, only, new StalenessBound(StalenessBound.MinVersions, StalenessBound.MinAge)).IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task WhenMoreIsApplied_EndsWithTheNextEntryForAllWhoWait()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        uint follower = Other(cluster, leader);
        Task<bool> more = cluster[follower].WhenMoreIsAppliedAsync();
        Assert.That(cluster[follower].WhenMoreIsAppliedAsync(), Is.SameAs(more), "those who give up leave nothing behind");
        cluster.Run();
        Assert.That(more.IsCompleted, Is.False);

        await cluster.ProposeAsync(leader, 1);
        cluster.Tick(2);

        Assert.That(await cluster.SettleAsync(more), Is.True);
        Assert.That(cluster[follower].WhenMoreIsAppliedAsync().IsCompleted, Is.False);
    }

    [Test]
    public async Task WhenMoreIsApplied_AReplicaThatEnds_SaysSo()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint follower = Other(cluster, cluster.Elect());
        Task<bool> more = cluster[follower].WhenMoreIsAppliedAsync();

        await cluster.SettleAsync(cluster[follower].DisposeAsync().AsTask());

        Assert.That(await more, Is.False);
        Assert.That(cluster[follower].ReadRefusal!.Code, Is.EqualTo(ErrorCode.Unavailable));
    }

    private static Task<NacreError?> Read(ReplicaCluster cluster, uint node, in StalenessBound bound) =>
        cluster[node].ReadWithinAsync(bound, default).AsTask();

    private static uint Other(ReplicaCluster cluster, uint leader) => cluster.Nodes.Keys.First(node => node != leader);
}
