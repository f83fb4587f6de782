using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Replication.Tests.Doubles;

namespace Nacre.Replication.Tests.Catalogue;

/// <summary>Containers come and go as a whole, whatever happens in between.</summary>
[TestFixture]
public sealed class CatalogCoordinatorTests
{
    [Test]
    public async Task Create_Always_IsReadyInEveryShardWhenItAnswers()
    {
        await using CatalogRig rig = await CatalogRig.StartedAsync();

        Result<ContainerRecord> created = await rig.CreateAsync("orders", ranges: 6);

        Assert.That(created.Value.State, Is.EqualTo(ResourceState.Ready));
        Assert.That(rig.Shards.Select(shard => shard.Ranges.Count), Is.All.EqualTo(2));
        RangeDefinition definition = rig.Shards[0].Ranges.Values.First();
        Assert.That(definition.Container, Is.EqualTo(created.Value.Id));
        Assert.That(definition.PartitionKey, Is.EqualTo(CatalogRig.Key));
        rig.CheckConsistent();
    }

    [Test]
    public async Task SetIndexing_Always_EveryRangeKnowsWhenItAnswers()
    {
        await using CatalogRig rig = await CatalogRig.StartedAsync();
        await rig.CreateAsync("orders", ranges: 6);

        Result<ContainerRecord> set = await rig.Coordinator.SetIndexingAsync(
            new SetContainerIndexing("shop", "orders", default, IndexingPolicy.Default), new EntryHeader(), default);

        Assert.That((set.Value.Indexing, set.Value.IndexingPending), Is.EqualTo((IndexingPolicy.Default, false)));
        Assert.That(rig.Shards.SelectMany(shard => shard.Ranges.Values).Select(range => range.Indexing), Is.All.EqualTo(IndexingPolicy.Default));
        rig.CheckConsistent();
    }

    [Test]
    public async Task SetIndexing_CutOffBeforeTheRangesWereTold_IsFinishedLater()
    {
        await using CatalogRig rig = await CatalogRig.StartedAsync();
        await rig.CreateAsync("orders");
        await rig.Coordinator.ExecuteAsync(new SetContainerIndexing("shop", "orders", default, IndexingPolicy.None), new EntryHeader(), default);
        Assert.That(rig.Shards.SelectMany(shard => shard.Ranges.Values).Select(range => range.Indexing), Is.All.Null);

        Assert.That(await rig.Coordinator.FinishAllAsync(default), Is.True);
        Assert.That(rig.Shards.SelectMany(shard => shard.Ranges.Values).Select(range => range.Indexing), Is.All.EqualTo(IndexingPolicy.None));
        rig.CheckConsistent();
    }

    [Test]
    public async Task Create_Refused_SaysWhatTheControlShardSaid()
    {
        await using CatalogRig rig = await CatalogRig.StartedAsync();
        await rig.CreateAsync("orders");

        Assert.That((await rig.CreateAsync("orders")).Error?.Code, Is.EqualTo(ErrorCode.AlreadyExists));
        Assert.That((await rig.CreateAsync("a/b")).Error?.Message, Does.Contain("name"));
        rig.CheckConsistent();
    }

    [Test]
    public async Task Create_RepeatedUnderItsKey_GivesTheSameContainer()
    {
        await using CatalogRig rig = await CatalogRig.StartedAsync();
        var key = new IdempotencyKey(new ClientId(5), 1, 0, new RequestHash(1));
        Result<ContainerRecord> first = await rig.CreateAsync("orders", key: key);

        Result<ContainerRecord> again = await rig.CreateAsync("orders", key: key);
        Assert.That(again.Value.Id, Is.EqualTo(first.Value.Id));

        await rig.DeleteAsync("orders");
        Assert.That((await rig.CreateAsync("orders", key: key)).Error?.Code, Is.EqualTo(ErrorCode.NotFound));
    }

    [Test]
    public async Task Delete_Always_LeavesNoRangeWhenItAnswers()
    {
        await using CatalogRig rig = await CatalogRig.StartedAsync();
        await rig.CreateAsync("orders");
        await rig.CreateAsync("users");

        Assert.That((await rig.DeleteAsync("orders")).IsOk);

        Assert.That(rig.Catalog.FindContainer("shop", "orders"), Is.Null);
        rig.CheckConsistent();
        Assert.That((await rig.DeleteAsync("orders")).Error?.Code, Is.EqualTo(ErrorCode.NotFound));
    }

    [Test]
    public async Task DeleteDatabase_WithContainers_LeavesNothing()
    {
        await using CatalogRig rig = await CatalogRig.StartedAsync();
        await rig.CreateAsync("orders");
        await rig.CreateAsync("users");

        Result<Unit> deleted = await rig.Coordinator.DeleteDatabaseAsync(new DeleteDatabase("shop", default), new EntryHeader(), default);

        Assert.That(deleted.IsOk);
        Assert.That(rig.Catalog.Databases, Is.Empty);
        Assert.That(rig.Shards.SelectMany(shard => shard.Ranges), Is.Empty);
        rig.CheckConsistent();
    }

    [Test]
    public async Task CreatesAndDeletes_AtTheSameTime_EndConsistent()
    {
        await using CatalogRig rig = await CatalogRig.StartedAsync();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(async n =>
        {
            string name = $"c{n % 4}";
            await Task.Yield();
            if (n % 3 == 0)
            {
                await rig.DeleteAsync(name);
            }
            else
            {
                await rig.CreateAsync(name);
            }
        }));

        Assert.That(await rig.Coordinator.FinishAllAsync(default));
        rig.CheckConsistent();
    }

    [Test]
    public async Task Create_CrashedAtEveryFlush_IsFinishedOrWasNeverBegun()
    {
        await CrashAtEveryFlush(
            prepare: _ => Task.CompletedTask,
            act: rig => rig.CreateAsync("orders", ranges: 4),
            isBegun: rig => rig.Catalog.FindContainer("shop", "orders") is not null);
    }

    [Test]
    public async Task Delete_CrashedAtEveryFlush_IsFinishedOrWasNeverBegun()
    {
        await CrashAtEveryFlush(
            prepare: rig => rig.CreateAsync("orders", ranges: 4),
            act: rig => rig.DeleteAsync("orders"),
            isBegun: rig => rig.Catalog.FindContainer("shop", "orders") is null);
    }

    [Test]
    public async Task DeleteDatabase_CrashedAtEveryFlush_IsFinishedOrWasNeverBegun()
    {
        await CrashAtEveryFlush(
            prepare: async rig =>
            {
                await rig.CreateAsync("orders", ranges: 2);
                await rig.CreateAsync("users", ranges: 2);
            },
            act: rig => rig.Coordinator.DeleteDatabaseAsync(new DeleteDatabase("shop", default), new EntryHeader(), default),
            isBegun: rig => rig.Catalog.FindDatabase("shop") is null);
    }

    [Test]
    public async Task Drop_WhenAStoreIsFull_GoesThrough()
    {
        await using CatalogRig rig = await CatalogRig.StartedAsync();
        await rig.CreateAsync("orders");
        foreach (RangeMachine shard in rig.Shards)
        {
            shard.HasRoom = false;
        }

        Assert.That((await rig.DeleteAsync("orders")).IsOk);
        Assert.That((await rig.CreateAsync("users")).Error?.Code, Is.EqualTo(ErrorCode.DiskFull));
        Assert.That(rig.Catalog.FindContainer("shop", "users")!.State, Is.EqualTo(ResourceState.Creating));

        foreach (RangeMachine shard in rig.Shards)
        {
            shard.HasRoom = true;
        }

        Assert.That(await rig.Coordinator.FinishAllAsync(default));
        rig.CheckConsistent();
        Assert.That(rig.Catalog.FindContainer("shop", "users")!.State, Is.EqualTo(ResourceState.Ready));
    }

    [Test]
    public async Task EnsureCluster_OfAnotherFolder_IsRefused()
    {
        await using CatalogRig rig = await CatalogRig.StartedAsync();

        Assert.That((await rig.Coordinator.EnsureClusterAsync(CatalogRig.Cluster, CatalogRig.DataShards, default)).IsOk);
        Assert.That((await rig.Coordinator.EnsureClusterAsync(CatalogRig.Cluster, 9, default)).Error?.Code, Is.EqualTo(ErrorCode.AlreadyExists));
    }

    [Test]
    public async Task Start_WithUnfinishedWork_FinishesIt()
    {
        await using CatalogRig rig = await CatalogRig.StartedAsync();
        rig.Log.FlushesLeft = 1;
        Task<Result<ContainerRecord>> creating = rig.CreateAsync("orders");
        await rig.Log.WhenWaiting();
        await rig.RestartAsync();
        await creating;
        Assert.That(rig.Catalog.FindContainer("shop", "orders")!.State, Is.EqualTo(ResourceState.Creating));

        rig.Coordinator.Start();
        while (rig.Catalog.FindContainer("shop", "orders")!.State != ResourceState.Ready)
        {
            await Task.Yield();
        }

        rig.CheckConsistent();
    }

    private static async Task CrashAtEveryFlush(Func<CatalogRig, Task> prepare, Func<CatalogRig, Task> act, Func<CatalogRig, bool> isBegun)
    {
        for (int flushes = 0; ; flushes++)
        {
            await using CatalogRig rig = await CatalogRig.StartedAsync();
            await prepare(rig);
            rig.Log.FlushesLeft = flushes;
            Task acting = act(rig);
            if (await Task.WhenAny(acting, rig.Log.WhenWaiting()) == acting)
            {
                Assert.That(flushes, Is.GreaterThan(3), "every step was crashed at");
                return;
            }

            await rig.RestartAsync();
            await acting;
            Assert.That(isBegun(rig), Is.EqualTo(flushes > 0), $"after {flushes} flushes");
            Assert.That(await rig.Coordinator.FinishAllAsync(default), $"after {flushes} flushes");
            rig.CheckConsistent();
        }
    }
}
