using System.Diagnostics;
using Google.Protobuf;
using Nacre.Core.Errors;
using Nacre.Integration.Tests.Support;
using Nacre.Protocol.V1;
using Nacre.Server.Tests.Support;

namespace Nacre.Integration.Tests.Cluster;

/// <summary>Withdrawals on three nodes: no request that begins after one was answered is served, on any node.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class WithdrawalTests
{
    /// <summary>Requests to each node that begin after the answer, at the least.</summary>
    private const int TriedAfter = 40;

    private static readonly ReadItemRequest Read = new() { Database = "db", Container = "items", Id = "1", PartitionKey = ItemMethods.Key("a"), Consistency = ConsistencyLevel.Eventual };

    private TestCluster _cluster = null!;

    [SetUp]
    public async Task SetUp()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        _cluster = await TestCluster.StartAsync(3, patience.Token);
        await _cluster[0].MakeContainerAsync();
        await _cluster[0].Client.CallAsync(ItemMethods.Create, new WriteItemRequest
        {
            Database = "db", Container = "items", Body = ByteString.CopyFromUtf8("""{"id":"1","pk":"a"}"""),
        });
    }

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task Withdraw_WithAllNodesReached_IsAnsweredAtOnceAndInForceEverywhere()
    {
        for (int round = 0; round < 10; round++)
        {
            Permission permission = await _cluster[round % 3].GrantAsync("u", $"p{round}", PermissionMode.All, "dbs/db/colls/items");
            TestClient[] bearers = await BearersAsync(permission, round % 3);
            long began = Stopwatch.GetTimestamp();
            await _cluster[(round + 1) % 3].Client.CallAsync(
                ApiMethods.DeletePermission, new DeletePermissionRequest { Database = "db", User = "u", Name = $"p{round}" });

            ErrorCode[] after = await Task.WhenAll(bearers.Select(bearer => bearer.CodeOfAsync(ItemMethods.Read, Read)));
            Assert.That(after, Has.None.EqualTo(ErrorCode.None));
            Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(TimeSpan.FromSeconds(5)), "nobody waited for a lease to run out");
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Withdraw_WithOneNodeCutOff_IsAnsweredWhenThatOneServesNobodyAnyMore(bool byToken)
    {
        Permission permission = await _cluster[0].GrantAsync("u", "p", PermissionMode.All, "dbs/db/colls/items");
        TestClient[] bearers = byToken
            ? await BearersAsync(permission, 0)
            : await KeyHoldersAsync();
        var served = new (long Began, int Tried)[3];
        using var stopping = new CancellationTokenSource();
        Task[] hammering = [.. bearers.SelectMany((bearer, node) => Enumerable.Range(0, 4).Select(_ => HammerAsync(bearer, byToken, node, served, stopping.Token)))];

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await TestCluster.UntilAsync(() => Task.FromResult(HaveServed(served)), patience.Token);
        _cluster.Isolate(2);
        long cut = Stopwatch.GetTimestamp();
        await WithdrawAsync(byToken);
        long answered = Stopwatch.GetTimestamp();
        int[] tried = Tried(served);
        await TestCluster.UntilAsync(() => Task.FromResult(Tried(served).Zip(tried).All(each => each.First >= each.Second + TriedAfter)), patience.Token);
        await stopping.CancelAsync();
        await Task.WhenAll(hammering);

        // Neither asks the leader, who is not reached: the node tells what it knows until its lease runs out.
        Assert.That(served[2].Began, Is.GreaterThan(cut), "the one that was cut off went on for a while");
        Assert.That(served.Select(last => last.Began), Is.All.LessThan(answered));
        Assert.That(await _cluster[2].Client.CodeOfAsync(ItemMethods.Read, Read), Is.EqualTo(ErrorCode.Unavailable), "to nobody, also whose rights stand");

        _cluster.Heal();
        await TestCluster.UntilAsync(async () => await _cluster[2].Client.CodeOfAsync(ItemMethods.Read, Read) == ErrorCode.None, patience.Token);
        Assert.That(await bearers[2].CodeOfAsync(ItemMethods.Read, Read), Is.Not.EqualTo(ErrorCode.None));
    }

    private async Task<TestClient[]> BearersAsync(Permission permission, int issuer)
    {
        string token = await _cluster[issuer].TokenOfAsync(permission);
        TestClient[] bearers = [.. _cluster.Nodes.Select(node => node!.NewTokenClient(token))];
        foreach (TestClient bearer in bearers)
        {
            Assert.That(await bearer.CodeOfAsync(ItemMethods.Read, Read), Is.EqualTo(ErrorCode.None));
        }

        return bearers;
    }

    private async Task<TestClient[]> KeyHoldersAsync()
    {
        string key = (await _cluster[0].Client.CallAsync(ApiMethods.RegenerateKey, new RegenerateKeyRequest { Kind = AccountKeyKind.SecondaryReadOnly })).Key;
        TestClient[] holders = [.. _cluster.Nodes.Select(node => node!.NewClient(key))];
        foreach (TestClient holder in holders)
        {
            Assert.That(await holder.CodeOfAsync(ItemMethods.Read, Read), Is.EqualTo(ErrorCode.None), "answered when every node knows it");
        }

        return holders;
    }

    private static bool HaveServed((long Began, int Tried)[] served)
    {
        lock (served)
        {
            return served.All(last => last.Began > 0);
        }
    }

    private static int[] Tried((long Began, int Tried)[] served)
    {
        lock (served)
        {
            return [.. served.Select(last => last.Tried)];
        }
    }

    private Task WithdrawAsync(bool byToken) => byToken
        ? _cluster[0].Client.CallAsync(ApiMethods.DeletePermission, new DeletePermissionRequest { Database = "db", User = "u", Name = "p" })
        : _cluster[0].Client.CallAsync(ApiMethods.RegenerateKey, new RegenerateKeyRequest { Kind = AccountKeyKind.SecondaryReadOnly });

    /// <summary>Asks again and again; notes how often, and when the last request that was served had begun.</summary>
    private static async Task HammerAsync(TestClient client, bool byToken, int node, (long Began, int Tried)[] served, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            long began = Stopwatch.GetTimestamp();
            ErrorCode code = byToken ? await client.CodeOfAsync(ItemMethods.Read, Read) : await client.CodeOfAsync(ApiMethods.GetAccount, new GetAccountRequest());
            lock (served)
            {
                served[node] = (code == ErrorCode.None ? Math.Max(served[node].Began, began) : served[node].Began, served[node].Tried + 1);
            }
        }
    }
}
