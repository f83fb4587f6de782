using Google.Protobuf;
using Nacre.Client.Tests.Fakes;
using Nacre.Protocol.V1;

namespace Nacre.Client.Tests;

/// <summary>What only the stream does.</summary>
[TestFixture]
public sealed class StreamTests
{
    private FakeServer _server = null!;
    private NacreClient _client = null!;
    private Container _cities = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await FakeServer.StartAsync();
        _server.State.CreateDatabase("world");
        _server.State.CreateContainer(new CreateContainerRequest { Database = "world", Name = "cities", PartitionKeyPaths = { "/country" } });
        Use(_server.Client(NacreTransport.Stream));
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Operations_WhileABatchIsOnItsWay_TravelTogether()
    {
        var hold = new TaskCompletionSource();
        _server.State.Stream.BeforeBatch = (_, _) => hold.Task;

        Task[] writes = [.. Enumerable.Range(0, 300).Select(i => _cities.UpsertItemAsync(new City($"{i}", "AD", "n")).AsTask())];
        hold.SetResult();
        await Task.WhenAll(writes);

        Assert.That(_server.State.Stream.Opened, Is.EqualTo(1));
        Assert.That(_server.State.Stream.Batches.Sum(), Is.EqualTo(300));
        Assert.That(_server.State.Stream.Batches, Has.Count.LessThan(100));
        Assert.That(_server.State.Calls, Is.Empty);
    }

    [Test]
    public async Task Operations_MoreThanTheWindow_WaitForAnswers()
    {
        int open = 0;
        int most = 0;
        _server.State.Stream.MaxOpen = 8;
        _server.State.Stream.BeforeBatch = (_, batch) =>
        {
            most = Math.Max(most, Interlocked.Add(ref open, batch.Operations.Count));
            return Task.CompletedTask;
        };
        _server.State.Stream.BeforeAnswer = (_, outcomes) =>
        {
            Interlocked.Add(ref open, -outcomes.Outcomes.Count);
            return Task.CompletedTask;
        };

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => _cities.UpsertItemAsync(new City($"{i}", "AD", "n")).AsTask()));

        Assert.That(most, Is.InRange(1, 8));
        Assert.That(_server.State.Executed, Is.EqualTo(200));
    }

    [Test]
    public async Task Operations_MoreThanABatchHolds_AreSplit()
    {
        _server.State.Stream.MaxBatchBytes = 4096;
        string name = new('x', 1000);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => _cities.UpsertItemAsync(new City($"{i}", "AD", name)).AsTask()));

        Assert.That(_server.State.Stream.Batches.Max(), Is.LessThanOrEqualTo(3));
    }

    [Test]
    public void Operation_LargerThanABatch_TooLarge()
    {
        _server.State.Stream.MaxBatchBytes = 4096;

        Assert.That(async () => await _cities.UpsertItemAsync(new City("a", "AD", new string('x', 5000))), Refused.With(NacreErrorCode.TooLarge));
    }

    [Test]
    public async Task Stream_Broken_OpenOperationsComeBackOnTheNext()
    {
        _server.State.Stream.BeforeAnswer = (stream, _) => stream == 1 ? throw new InvalidOperationException("ordered") : Task.CompletedTask;

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => _cities.CreateItemAsync(new City($"{i}", "AD", "n")).AsTask()));

        Assert.That(_server.State.Stream.Opened, Is.GreaterThanOrEqualTo(2));
        Assert.That(_server.State.Executed, Is.EqualTo(100));
        Assert.That(_server.State.Sequences.Count, Is.GreaterThan(100), "what was executed before the break was sent again");
    }

    [Test]
    public async Task Stream_AlwaysBroken_OutcomeUnknown()
    {
        // After some broken streams Kestrel resets them with ENHANCE_YOUR_CALM, which gRPC takes for "resource exhausted".
        _server.State.Stream.BeforeAnswer = (_, _) => throw new InvalidOperationException("ordered");
        Use(_server.Client(NacreTransport.Stream, options => options with { MaxRetries = 40, MaxRetryDelay = TimeSpan.FromMilliseconds(2) }));

        Task<WriteResult>[] writes = [.. Enumerable.Range(0, 20).Select(i => _cities.CreateItemAsync(new City($"{i}", "AD", "n")).AsTask())];
        await Task.WhenAll(writes).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.That(writes.Select(write => ((NacreException)write.Exception!.InnerException!).Code), Is.All.EqualTo(NacreErrorCode.OutcomeUnknown));
    }

    [Test]
    public async Task Stream_GoAway_OpenOperationsFinishAndOthersMove()
    {
        _server.State.Stream.GoAwayAfterBatch = stream => stream == 1;

        for (int i = 0; i < 20; i++)
        {
            await _cities.CreateItemAsync(new City($"{i}", "AD", "n"));
        }

        Assert.That(_server.State.Stream.Opened, Is.EqualTo(2));
        Assert.That(_server.State.Sequences, Has.Count.EqualTo(20).And.Unique, "nothing was sent twice");
    }

    [Test]
    public async Task Stream_GoAwayOfOneOfTwoNodes_OthersMoveToTheOtherNode()
    {
        await using var first = new Relay(_server.Endpoint);
        await using var second = new Relay(_server.Endpoint);
        _server.State.Stream.GoAwayAfterBatch = stream => stream == 1;
        Use(new NacreClient(
            new NacreConnection([first.Endpoint, second.Endpoint], _server.State.Key, _server.Authority.PemFile),
            new NacreClientOptions { Transport = NacreTransport.Stream, DiscoverNodes = false }));

        for (int i = 0; i < 20; i++)
        {
            await _cities.CreateItemAsync(new City($"{i}", "AD", "n"));
        }

        Assert.That(_client.Endpoint, Is.EqualTo(second.Endpoint));
        Assert.That(_server.State.Hosts, Is.EqualTo(new[] { first.Host, second.Host }));
        Assert.That(_server.State.Sequences, Has.Count.EqualTo(20).And.Unique, "nothing was sent twice");
    }

    [Test]
    public void Stream_WithoutProof_IsUntrusted()
    {
        _server.State.Stream.TamperAccepted = accepted => accepted.Proof = ByteString.CopyFrom(new byte[32]);

        Assert.That(async () => await _cities.UpsertItemAsync(new City("a", "AD", "1")), Refused.With(NacreErrorCode.ServerUntrusted));
        Assert.That(_server.State.Stream.Batches, Is.Empty);
    }

    [Test]
    public async Task Stream_AnswerTampered_IsNotBelieved()
    {
        _server.State.Stream.Tamper = batch => batch.Payload = new OutcomeBatch
        {
            Outcomes = { new OperationOutcome { Tag = 1, Etag = "forged" } },
        }.ToByteString();

        Assert.That(
            async () => await _cities.TryReadItemAsync<City>("AD", "a"),
            Refused.With(NacreErrorCode.ServerUntrusted));
        await Task.CompletedTask;
    }

    [Test]
    public void Stream_RefusedTransiently_IsOpenedAgain()
    {
        int refusals = 2;
        _server.State.Refuse = _ => refusals-- > 0 ? FakeState.Error(NacreErrorCode.Unavailable, RetryRule.Safe) : null;

        Assert.That(async () => await _cities.UpsertItemAsync(new City("a", "AD", "1")), Throws.Nothing);
    }

    [Test]
    public async Task Client_DisposedWithOperationsOpen_TheyFail()
    {
        var reached = new TaskCompletionSource();
        _server.State.Stream.BeforeAnswer = (_, _) =>
        {
            reached.TrySetResult();
            return Task.Delay(Timeout.Infinite, _server.State.Stopping.Token);
        };
        Use(_server.Client(NacreTransport.Stream, options => options with { MaxRetries = 0 }));

        Task<WriteResult> write = _cities.UpsertItemAsync(new City("a", "AD", "1")).AsTask();
        await reached.Task;
        await _client.DisposeAsync();

        Assert.That(async () => await write, Refused.With(NacreErrorCode.OutcomeUnknown));
    }

    [Test]
    public async Task Operations_SomeCancelled_OthersUnharmed()
    {
        // Cancelled operations must not come back from the pool while the session still knows them.
        for (int round = 0; round < 20; round++)
        {
            using var cancellation = new CancellationTokenSource();
            Task<Item<City>?>[] cancelled = [.. Enumerable.Range(0, 20).Select(i => _cities.TryReadItemAsync<City>("AD", $"{i}", cancellationToken: cancellation.Token).AsTask())];
            Task<WriteResult>[] kept = [.. Enumerable.Range(0, 20).Select(i => _cities.UpsertItemAsync(new City($"{i}", "AD", "n")).AsTask())];
            await cancellation.CancelAsync();
            await Task.WhenAll(kept);
            await Task.WhenAll(cancelled).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        Assert.That(_server.State.Executed, Is.EqualTo(400));
    }

    private void Use(NacreClient client)
    {
        _client?.Dispose();
        _client = client;
        _cities = client.GetContainer("world", "cities");
    }
}
