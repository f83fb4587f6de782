using System.Text;
using Nacre.Client.Tests.Fakes;

namespace Nacre.Client.Tests;

/// <summary>The operations on items, the same over either transport.</summary>
[TestFixture(NacreTransport.Unary)]
[TestFixture(NacreTransport.Stream)]
public sealed class ItemTests(NacreTransport transport)
{
    private FakeServer _server = null!;
    private NacreClient _client = null!;
    private Container _cities = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await FakeServer.StartAsync();
        _client = _server.Client(transport);
        Database database = await _client.CreateDatabaseAsync("world");
        _cities = await database.CreateContainerAsync("cities", new ContainerSettings("/country"));
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task CreateItem_Typed_ReadsBackEqual()
    {
        var city = new City("b1", "DE", "Berlin – Κόσμος 🦪");

        WriteResult written = await _cities.CreateItemAsync(city);
        Item<City> read = await _cities.ReadItemAsync<City>("DE", "b1");

        Assert.That(read.Value, Is.EqualTo(city));
        Assert.That(read.ETag, Is.EqualTo(written.ETag));
        Assert.That(read.Lsn, Is.EqualTo(written.Lsn));
        Assert.That(read.Timestamp, Is.EqualTo(written.Timestamp));
        Assert.That(written.Created, Is.True);
    }

    [Test]
    public async Task CreateJson_Raw_ReadsBackByteForByte()
    {
        byte[] json = Encoding.UTF8.GetBytes("""{ "id" : "x",  "country":"AD", "n":1.0e2 }""");

        await _cities.CreateJsonAsync(json);
        Item<ReadOnlyMemory<byte>> read = await _cities.ReadJsonAsync("AD", "x");

        Assert.That(read.Value.ToArray(), Is.EqualTo(json));
    }

    [Test]
    public async Task CreateItem_Twice_AlreadyExists()
    {
        await _cities.CreateItemAsync(new City("a", "AD", "first"));

        NacreException? error = await Assert.ThrowsAsync<NacreException>(async () => await _cities.CreateItemAsync(new City("a", "AD", "second")));

        Assert.That(error!.Code, Is.EqualTo(NacreErrorCode.AlreadyExists));
        Assert.That(error.IsTransient, Is.False);
        Assert.That(error.ActivityId, Is.EqualTo("000102030405060708090a0b0c0d0e0f"));
    }

    [Test]
    public async Task UpsertItem_NewThenOld_TellsWhichCreated()
    {
        WriteResult first = await _cities.UpsertItemAsync(new City("a", "AD", "1"));
        WriteResult second = await _cities.UpsertItemAsync(new City("a", "AD", "2"));

        Assert.That(first.Created, Is.True);
        Assert.That(second.Created, Is.False);
        Assert.That(second.ETag, Is.Not.EqualTo(first.ETag));
    }

    [Test]
    public async Task UpsertItem_OnlyIfAbsentThere_PreconditionFailed()
    {
        await _cities.UpsertItemAsync(new City("a", "AD", "1"));

        Assert.That(
            async () => await _cities.UpsertItemAsync(new City("a", "AD", "2"), new WriteOptions { OnlyIfAbsent = true }),
            Refused.With(NacreErrorCode.PreconditionFailed));
    }

    [Test]
    public async Task ReplaceItem_StaleETag_PreconditionFailed()
    {
        WriteResult first = await _cities.CreateItemAsync(new City("a", "AD", "1"));
        WriteResult second = await _cities.ReplaceItemAsync(new City("a", "AD", "2"), new WriteOptions { IfMatch = first.ETag });

        Assert.That(
            async () => await _cities.ReplaceItemAsync(new City("a", "AD", "3"), new WriteOptions { IfMatch = first.ETag }),
            Refused.With(NacreErrorCode.PreconditionFailed));
        Assert.That((await _cities.ReadItemAsync<City>("AD", "a")).ETag, Is.EqualTo(second.ETag));
    }

    [Test]
    public void ReplaceItem_Absent_NotFound()
    {
        Assert.That(async () => await _cities.ReplaceItemAsync(new City("a", "AD", "1")), Refused.With(NacreErrorCode.NotFound));
    }

    [Test]
    public void CreateItem_OtherPartitionKey_Mismatch()
    {
        Assert.That(
            async () => await _cities.CreateItemAsync(new City("a", "AD", "1"), new WriteOptions { PartitionKey = "DE" }),
            Refused.With(NacreErrorCode.PartitionKeyMismatch));
    }

    [Test]
    public async Task DeleteItem_There_IsGone()
    {
        await _cities.CreateItemAsync(new City("a", "AD", "1"));

        await _cities.DeleteItemAsync("AD", "a");

        Assert.That(await _cities.TryReadItemAsync<City>("AD", "a"), Is.Null);
        Assert.That(async () => await _cities.DeleteItemAsync("AD", "a"), Refused.With(NacreErrorCode.NotFound));
        Assert.That(async () => await _cities.ReadItemAsync<City>("AD", "a"), Refused.With(NacreErrorCode.NotFound));
    }

    [Test]
    public async Task ReadItem_SameETag_NotModified()
    {
        WriteResult written = await _cities.CreateItemAsync(new City("a", "AD", "1"));

        Assert.That(
            async () => await _cities.ReadItemAsync<City>("AD", "a", new ReadOptions { IfNoneMatch = written.ETag }),
            Refused.With(NacreErrorCode.NotModified));
    }

    [Test]
    public void Misuse_Always_ThrowsArgumentException()
    {
        Assert.Multiple(() =>
        {
            Assert.That(async () => await _cities.ReadItemAsync<City>(default, "a"), Throws.ArgumentException);
            Assert.That(async () => await _cities.ReadItemAsync<City>("AD", ""), Throws.ArgumentException);
            Assert.That(async () => await _cities.CreateJsonAsync("{}"u8.ToArray(), new WriteOptions { IfMatch = "x" }), Throws.ArgumentException);
            Assert.That(async () => await _cities.ReplaceJsonAsync("{}"u8.ToArray(), new WriteOptions { OnlyIfAbsent = true }), Throws.ArgumentException);
        });
    }

    [Test]
    public async Task PartitionKey_EveryKind_IsTold()
    {
        foreach ((string json, PartitionKey key) in new (string, PartitionKey)[]
        {
            ("\"text\"", "text"), ("1.5", 1.5), ("true", true), ("null", PartitionKeyValue.Null),
        })
        {
            await _cities.CreateJsonAsync(Encoding.UTF8.GetBytes($$"""{"id":"k","country":{{json}}}"""));
            Assert.That((await _cities.ReadJsonAsync(key, "k")).ETag, Is.Not.Empty, json);
        }

        await _cities.CreateJsonAsync("""{"id":"k"}"""u8.ToArray());
        Assert.That((await _cities.ReadJsonAsync(PartitionKeyValue.Undefined, "k")).ETag, Is.Not.Empty);
    }

    [Test]
    public async Task Operations_ManyAtOnce_AllAnswered()
    {
        await Task.WhenAll(Enumerable.Range(0, 500).Select(async i => await _cities.CreateItemAsync(new City($"c{i}", "DE", $"n{i}"))));

        string[] names = await Task.WhenAll(Enumerable.Range(0, 500).Select(async i => (await _cities.ReadItemAsync<City>("DE", $"c{i}")).Value.Name));

        Assert.That(names, Is.EqualTo(Enumerable.Range(0, 500).Select(i => $"n{i}")));
    }

    [Test]
    public async Task Writes_OneAfterTheOther_PromiseWhatIsAnswered()
    {
        for (int i = 0; i < 5; i++)
        {
            await _cities.UpsertItemAsync(new City("a", "AD", $"{i}"));
        }

        Assert.That(_server.State.AnsweredBelow, Is.EqualTo(_server.State.Sequences.Last()));
    }

    [Test]
    public async Task Write_AnswerLost_IsRepeatedUnderTheSameKeyAndExecutedOnce()
    {
        bool lost = false;
        _server.State.BeforeAnswer = (method, _) => Lose(method.EndsWith("/Create", StringComparison.Ordinal));
        _server.State.Stream.BeforeAnswer = (_, _) => Lose(true);

        WriteResult written = await _cities.CreateItemAsync(new City("a", "AD", "1"));

        Assert.That(lost, Is.True);
        Assert.That(written.Created, Is.True);
        Assert.That(_server.State.Sequences, Has.Count.EqualTo(2));
        Assert.That(_server.State.Sequences.Distinct(), Has.Exactly(1).Items);
        Assert.That(_server.State.Executed, Is.EqualTo(1));

        Task Lose(bool applies)
        {
            if (!applies || lost)
            {
                return Task.CompletedTask;
            }

            lost = true;
            throw FakeState.Failure(FakeState.Error(NacreErrorCode.OutcomeUnknown, Protocol.V1.RetryRule.OutcomeUnknown));
        }
    }

    [Test]
    public async Task Operation_Cancelled_StopsTheWait()
    {
        using var cancellation = new CancellationTokenSource();
        var never = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        _server.State.BeforeAnswer = (_, context) => Hold(context.CancellationToken);
        _server.State.Stream.BeforeAnswer = (_, _) => Hold(default);

        Task<WriteResult> write = _cities.CreateItemAsync(new City("a", "AD", "1"), cancellationToken: cancellation.Token).AsTask();
        await reached.Task;
        await cancellation.CancelAsync();

        Assert.That(async () => await write, Throws.InstanceOf<OperationCanceledException>());
        never.SetResult();

        Task Hold(CancellationToken token)
        {
            reached.TrySetResult();
            return never.Task.WaitAsync(token);
        }
    }

    [Test]
    public async Task Operation_CancelledBefore_IsNotSent()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        Assert.That(
            async () => await _cities.CreateItemAsync(new City("a", "AD", "1"), cancellationToken: cancellation.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_server.State.Sequences, Is.Empty);
    }

    [Test]
    public async Task Read_NoAnswerInTime_DeadlineExceeded()
    {
        await HoldAsync();

        Assert.That(
            async () => await _cities.ReadItemAsync<City>("AD", "a", new ReadOptions { Timeout = TimeSpan.FromMilliseconds(200) }),
            Refused.With(NacreErrorCode.DeadlineExceeded));
    }

    [Test]
    public async Task Write_NoAnswerInTime_OutcomeUnknown()
    {
        await HoldAsync();

        Assert.That(
            async () => await _cities.UpsertItemAsync(new City("a", "AD", "1"), new WriteOptions { Timeout = TimeSpan.FromMilliseconds(200) }),
            Refused.With(NacreErrorCode.OutcomeUnknown));
    }

    [Test]
    public async Task Operation_AfterDispose_Throws()
    {
        await _client.DisposeAsync();

        Assert.That(async () => await _cities.ReadItemAsync<City>("AD", "a"), Throws.InstanceOf<ObjectDisposedException>());
    }

    /// <summary>Opens what the transport keeps open, then makes every answer wait until the test is over.</summary>
    private async Task HoldAsync()
    {
        await _cities.CreateItemAsync(new City("a", "AD", "1"));
        _server.State.BeforeAnswer = (_, context) => Task.Delay(Timeout.Infinite, context.CancellationToken);
        _server.State.Stream.BeforeAnswer = (_, _) => Task.Delay(Timeout.Infinite, _server.State.Stopping.Token);
    }
}
