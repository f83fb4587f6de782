using System.Diagnostics;
using Nacre.Client;
using Nacre.Core.Errors;
using Nacre.Integration.Tests.Support;
using Nacre.Server.DataFolder;
using Nacre.Server.Hosting;

namespace Nacre.Integration.Tests.Cluster;

/// <summary>A node's data folder that is older than what the other nodes have seen (decision 32).</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class OlderCopyTests
{
    private const int Victim = 2;
    private const int OlderCopyFound = 1050;

    private TestCluster _cluster = null!;
    private string _copy = null!;

    [SetUp]
    public async Task SetUp()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        _copy = TestNode.NewFolder();
        _cluster = await TestCluster.StartAsync(3, patience.Token);
        await _cluster[0].MakeContainerAsync();
        await WriteAsync(0, 20, patience.Token);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_copy, recursive: true);
    }

    [Test]
    public async Task Start_OverAnOlderCopy_IsRefusedForGood_AndTheClusterGoesOn(CancellationToken cancellationToken)
    {
        await ComeBackOlderAsync(cancellationToken);

        await ExpectRefusalAsync(cancellationToken);

        Assert.That(_cluster.EventsOf(Victim), Does.Contain(OlderCopyFound));
        await WriteAsync(100, 110, cancellationToken);
        await _cluster.KillAsync(0);
        await _cluster.KillAsync(1);

        // Nobody is there any more who remembers, and the folder says so itself.
        await ExpectRefusalAsync(cancellationToken);
    }

    [Test]
    public async Task Start_OverAnOlderCopy_AfterTheOthersWereRestarted_IsRefused(CancellationToken cancellationToken)
    {
        await ComeBackOlderAsync(cancellationToken);
        for (int node = 0; node < 2; node++)
        {
            await _cluster.StopAsync(node);
        }

        await Task.WhenAll(_cluster.RestartAsync(0), _cluster.RestartAsync(1));

        await ExpectRefusalAsync(cancellationToken);
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task Start_OverAnOlderCopy_WithOnePeerDown_IsRefused(int down, CancellationToken cancellationToken)
    {
        await ComeBackOlderAsync(cancellationToken);
        await _cluster.KillAsync(down);

        await ExpectRefusalAsync(cancellationToken);
    }

    [Test]
    public async Task Start_OverACopyOfTheSameRun_IsToldByTermsAndEntries(CancellationToken cancellationToken)
    {
        // The copy and the node were started equally often: the log alone gives it away.
        await _cluster.KillAsync(Victim);
        _cluster.CopyFolder(Victim, _copy);
        await _cluster.RestartAsync(Victim);
        await WriteAsync(20, 60, cancellationToken);
        await _cluster.KillAsync(Victim);
        NodeRecord newest = new NodeFolder(new NodeEnvironment().Files, _cluster.FolderOf(Victim)).Read().Value;
        _cluster.PutFolderBack(Victim, _copy);
        var older = new NodeFolder(new NodeEnvironment().Files, _cluster.FolderOf(Victim));
        older.Write(older.Read().Value with { State = newest.State, Starts = newest.Starts, KeyRingGeneration = newest.KeyRingGeneration, Points = newest.Points });

        NacreError refusal = await ExpectRefusalAsync(cancellationToken);

        Assert.That(refusal.Message, Does.Contain("shard"));
    }

    [Test]
    public async Task Start_AfterADiskThatLiedAboutFlushes_IsRefused(CancellationToken cancellationToken)
    {
        // What the log got after this moment will be gone, as by power loss; the rest of the folder is of now.
        _cluster.CopyFolder(Victim, _copy, "log");
        await WriteAsync(20, 60, cancellationToken);
        await _cluster.SeenByOthersAsync(Victim, cancellationToken);
        await _cluster.KillAsync(Victim);
        _cluster.PutFolderBack(Victim, _copy, "log");

        NacreError refusal = await ExpectRefusalAsync(cancellationToken);

        Assert.That(refusal.Message, Does.Contain("remembers shard"));
    }

    [Test]
    public async Task Peer_ThatRemembersMore_AndComesBackLater_EndsTheNode(CancellationToken cancellationToken)
    {
        await ComeBackOlderAsync(cancellationToken);
        await _cluster.StopAsync(0);
        await _cluster.StopAsync(1);
        Task<Result<NacreNode>> starting = _cluster.TryStartAsync(Victim, cancellationToken);
        await TestCluster.UntilAsync(() => Task.FromResult(_cluster.EventsOf(Victim).Contains(1051)), cancellationToken);
        Assert.That(starting.IsCompleted, Is.False, "it waits for a majority");

        Task<TestNode> other = _cluster.RestartAsync(0);

        Result<NacreNode> started = await starting;
        Assert.That(started.Error?.Code, Is.EqualTo(ErrorCode.OlderCopy));
        await ExpectRefusalAsync(cancellationToken);
        await Task.WhenAll(other, _cluster.RestartAsync(1));
        await ReadAsync(20, 60, cancellationToken);
    }

    [Test]
    public async Task Peer_ThatRemembersMore_AndIsReachedLater_EndsAServingNode(CancellationToken cancellationToken)
    {
        await ComeBackOlderAsync(cancellationToken);

        // Node 2 forgets, as one that was itself just made: only node 1 remembers, and the network is cut there.
        await _cluster.StopAsync(1);
        File.Delete(new NodeFolder(new NodeEnvironment().Files, _cluster.FolderOf(1)).RememberedFile);
        await _cluster.StopAsync(0);
        _cluster.Isolate(0);
        Task<TestNode> second = _cluster.RestartAsync(1);
        Result<NacreNode> third = await _cluster.TryStartAsync(Victim, cancellationToken);
        Assert.That(third.Error, Is.Null);
        await second;

        _cluster.Heal();
        Task<TestNode> first = _cluster.RestartAsync(0);

        NacreError found = await third.Value.FoundOlderCopy.WaitAsync(cancellationToken);
        Assert.That(found.Code, Is.EqualTo(ErrorCode.OlderCopy));
        await third.Value.StopAsync(cancellationToken);
        await ExpectRefusalAsync(cancellationToken);
        await first;
    }

    [Test]
    public async Task Start_Healthy_WithOnePeerDown_IsPrompt(CancellationToken cancellationToken)
    {
        await _cluster.KillAsync(Victim);
        await _cluster.KillAsync(0);
        long began = Stopwatch.GetTimestamp();

        await _cluster.RestartAsync(Victim);

        Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(TimeSpan.FromSeconds(15)));
        await WriteAsync(200, 210, cancellationToken);
    }

    [Test]
    public async Task Start_Healthy_AfterKillsAndStopsOfAnybody_IsNeverRefused(CancellationToken cancellationToken)
    {
        for (int round = 0; round < 6; round++)
        {
            int node = round % 3;
            await WriteAsync(300 + round * 10, 310 + round * 10, cancellationToken);
            await (round % 2 == 0 ? _cluster.KillAsync(node) : _cluster.StopAsync(node));
            await WriteAsync(400 + round * 10, 410 + round * 10, cancellationToken);
            await _cluster.RestartAsync(node);
        }

        for (int node = 0; node < 3; node++)
        {
            await _cluster.KillAsync(node);
        }

        await Task.WhenAll(_cluster.RestartAsync(0), _cluster.RestartAsync(1), _cluster.RestartAsync(2));
        await ReadAsync(400, 460, cancellationToken);
    }

    /// <summary>The victim's folder is copied, the victim takes part in more writes, and stops; the copy is put in its place.</summary>
    private async Task ComeBackOlderAsync(CancellationToken cancellationToken)
    {
        await _cluster.StopAsync(Victim);
        _cluster.CopyFolder(Victim, _copy);
        await _cluster.RestartAsync(Victim);
        await WriteAsync(20, 60, cancellationToken);
        await UntilRememberedAsync(cancellationToken);
        await _cluster.StopAsync(Victim);
        _cluster.PutFolderBack(Victim, _copy);
    }

    /// <summary>Both others have written down the victim's newest start.</summary>
    private Task UntilRememberedAsync(CancellationToken cancellationToken)
    {
        ulong starts = new NodeFolder(new NodeEnvironment().Files, _cluster.FolderOf(Victim)).Read().Value.Starts;
        return TestCluster.UntilAsync(
            () => Task.FromResult(Enumerable.Range(0, 2).All(node =>
            {
                var files = new NodeEnvironment().Files;
                var remembered = new RememberedFile(files, new NodeFolder(files, _cluster.FolderOf(node)).RememberedFile);
                return remembered.Read().Value.TryGetValue(new Core.Ids.NodeId(Victim + 1), out RememberedNode? seen) && seen.Starts == starts;
            })),
            cancellationToken);
    }

    private async Task<NacreError> ExpectRefusalAsync(CancellationToken cancellationToken)
    {
        Result<NacreNode> started = await _cluster.TryStartAsync(Victim, cancellationToken);
        Assert.That(started.Error?.Code, Is.EqualTo(ErrorCode.OlderCopy));
        Assert.That(started.Error!.Message, Does.Contain("nacre node remove 3"));
        return started.Error;
    }

    private async Task WriteAsync(int from, int to, CancellationToken cancellationToken)
    {
        await using NacreClient client = _cluster.NewClient();
        Nacre.Client.Container items = client.GetContainer("db", "items");
        for (int n = from; n < to; n++)
        {
            await items.UpsertItemAsync(new Doc($"i{n}", "a", n), cancellationToken: cancellationToken);
        }
    }

    private async Task ReadAsync(int from, int to, CancellationToken cancellationToken)
    {
        await using NacreClient client = _cluster.NewClient();
        Nacre.Client.Container items = client.GetContainer("db", "items");
        for (int n = from; n < to; n++)
        {
            Item<Doc> read = await items.ReadItemAsync<Doc>("a", $"i{n}", cancellationToken: cancellationToken);
            Assert.That(read.Value.N, Is.EqualTo(n));
        }
    }

    private sealed record Doc([property: System.Text.Json.Serialization.JsonPropertyName("id")] string Id,
        [property: System.Text.Json.Serialization.JsonPropertyName("pk")] string Pk,
        [property: System.Text.Json.Serialization.JsonPropertyName("n")] int N);
}
