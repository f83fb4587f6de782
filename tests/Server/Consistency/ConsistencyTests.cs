using Google.Protobuf;
using Grpc.Core;
using Nacre.Core.Consistency;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Protocol.V1;
using Nacre.Server.Tests.Support;
using Asked = Nacre.Protocol.V1.ConsistencyLevel;
using Level = Nacre.Core.Consistency.ConsistencyLevel;

namespace Nacre.Server.Tests.Consistency;

/// <summary>What reads ask for and are promised, over the wire: alone, as lists, and on a stream.</summary>
[TestFixture]
public sealed class ConsistencyTests
{
    private TestWire _wire = null!;

    [OneTimeSetUp]
    public async Task Start() => _wire = await TestWire.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _wire.DisposeAsync();

    [SetUp]
    public void Reset() => _wire.Catalog.Set(AccountConsistency.Default);

    [TestCase(Asked.Unspecified, Level.Strong)]
    [TestCase(Asked.Strong, Level.Strong)]
    [TestCase(Asked.BoundedStaleness, Level.BoundedStaleness)]
    [TestCase(Asked.Session, Level.Session)]
    [TestCase(Asked.ConsistentPrefix, Level.ConsistentPrefix)]
    [TestCase(Asked.Eventual, Level.Eventual)]
    public async Task Read_OnEveryPath_IsPromisedWhatItAsksFor(Asked asked, Level promised)
    {
        using TestStream stream = await TestStream.OpenAsync(_wire.Client, _wire.Audience);
        ItemOperation operation = Read(1);
        operation.Consistency = asked;

        Assert.That((await ReadAsync(asked), _wire.Shard.LastDemand.Level), Is.EqualTo((ErrorCode.NotFound, promised)));
        Assert.That((await ListAsync(asked), _wire.Shard.LastDemand.Level), Is.EqualTo((ErrorCode.None, promised)));
        Assert.That(((ErrorCode)(await stream.AskAsync(Batch(operation)))[1].Error.Code, _wire.Shard.LastDemand.Level), Is.EqualTo((ErrorCode.NotFound, promised)));
        Assert.That(_wire.Shard.LastDemand.Bound, Is.EqualTo(StalenessBound.Default));
    }

    [Test]
    public async Task Read_ThatAsksForMoreThanTheAccount_IsRefusedOnEveryPath()
    {
        _wire.Catalog.Set(Level.ConsistentPrefix);
        using TestStream stream = await TestStream.OpenAsync(_wire.Client, _wire.Audience);
        ItemOperation operation = Read(1);
        operation.Consistency = Asked.Session;

        Assert.That(await ReadAsync(Asked.Strong), Is.EqualTo(ErrorCode.ConsistencyTooStrong));
        Assert.That(await ListAsync(Asked.BoundedStaleness), Is.EqualTo(ErrorCode.ConsistencyTooStrong));
        Assert.That((ErrorCode)(await stream.AskAsync(Batch(operation)))[1].Error.Code, Is.EqualTo(ErrorCode.ConsistencyTooStrong));
        Assert.That(await ReadAsync(Asked.Unspecified), Is.EqualTo(ErrorCode.NotFound));
        Assert.That(_wire.Shard.LastDemand.Level, Is.EqualTo(Level.ConsistentPrefix));
        Assert.That(await ReadAsync((Asked)77), Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public async Task Session_Token_TellsTheShardWhatTheSessionHasSeen()
    {
        WriteItemRequest write = ItemMethods.Write("""{"id":"t1","pk":"x"}""");
        write.WantsSession = true;
        ItemResponse written = await _wire.Client.CallAsync(ItemMethods.Upsert, write);
        ReadItemRequest read = ItemMethods.ReadOf("t1", "x");
        (read.Consistency, read.SessionToken) = (Asked.Session, written.SessionToken);

        ItemResponse seen = await _wire.Client.CallAsync(ItemMethods.Read, read);
        Lsn atLeast = _wire.Shard.LastDemand.AtLeast;
        ListItemsResponse page = await _wire.Client.CallAsync(
            ItemMethods.List, new ListItemsRequest { Database = "db", Container = "items", Consistency = Asked.Session, SessionToken = seen.SessionToken });

        Assert.That(atLeast.Value, Is.EqualTo(written.Lsn));
        Assert.That(_wire.Shard.LastDemand.AtLeast.Value, Is.GreaterThanOrEqualTo(written.Lsn));
        Assert.That(page.SessionToken, Is.EqualTo(seen.SessionToken), "nothing was written between");
    }

    [Test]
    public async Task Session_WhatNoTokenTellsOf_IsLeftToTheBarrier()
    {
        ReadItemRequest read = ItemMethods.ReadOf("t2", "x");
        (read.Consistency, read.SessionToken) = (Asked.Session, "*");

        await _wire.Client.CodeOfAsync(ItemMethods.Read, read);

        Assert.That(_wire.Shard.LastDemand.Level, Is.EqualTo(Level.Strong));
    }

    [Test]
    public async Task Session_ATokenThatIsForged_IsRefusedOnEveryPath()
    {
        using TestStream stream = await TestStream.OpenAsync(_wire.Client, _wire.Audience);
        ItemOperation operation = Read(1);
        (operation.Consistency, operation.SessionToken) = (Asked.Session, "forged");
        ReadItemRequest read = ItemMethods.ReadOf("a", "x");
        (read.Consistency, read.SessionToken) = (Asked.Session, "forged");
        var list = new ListItemsRequest { Database = "db", Container = "items", Consistency = Asked.Session, SessionToken = "forged" };

        Assert.That(await _wire.Client.CodeOfAsync(ItemMethods.Read, read), Is.EqualTo(ErrorCode.SessionTokenInvalid));
        Assert.That(await _wire.Client.CodeOfAsync(ItemMethods.List, list), Is.EqualTo(ErrorCode.SessionTokenInvalid));
        Assert.That((ErrorCode)(await stream.AskAsync(Batch(operation)))[1].Error.Code, Is.EqualTo(ErrorCode.SessionTokenInvalid));
    }

    [Test]
    public async Task Session_OfAMiss_IsToldInTheTrailer()
    {
        ReadItemRequest read = ItemMethods.ReadOf("never", "x");
        (read.Consistency, read.WantsSession) = (Asked.Eventual, true);

        RpcException miss = (await Assert.ThrowsAsync<RpcException>(() => _wire.Client.CallAsync(ItemMethods.Read, read)))!;

        Assert.That(TestClient.DetailOf(miss).SessionToken, Is.Not.Empty);
    }

    [Test]
    public async Task Answers_WithoutWantingIt_CarryNoToken()
    {
        ItemResponse written = await _wire.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write("""{"id":"t3","pk":"x"}"""));
        ItemResponse read = await _wire.Client.CallAsync(ItemMethods.Read, ItemMethods.ReadOf("t3", "x"));
        _wire.Catalog.Set(Level.Session);
        ItemResponse later = await _wire.Client.CallAsync(ItemMethods.Read, ItemMethods.ReadOf("t3", "x"));

        Assert.That((written.SessionToken, read.SessionToken), Is.EqualTo(("", "")));
        Assert.That(later.SessionToken, Is.Not.Empty, "the account's level is session");
    }

    [Test]
    public async Task Stream_ThatWantsIt_IsToldOncePerRangeAndRemembers()
    {
        using TestStream stream = await TestStream.OpenAsync(_wire.Client, _wire.Audience);
        OperationBatch writes = Batch(Write(1, "s1"), Write(2, "s2"), Write(3, "s3"));
        writes.WantsSession = true;

        Dictionary<ulong, OperationOutcome> outcomes = await stream.AskAsync(writes);
        ulong newest = outcomes.Values.Max(outcome => outcome.Lsn);
        int batches = stream.Batches;
        int notes = stream.Sessions.Count;
        ItemOperation read = Read(4);
        read.Consistency = Asked.Session;
        await stream.AskAsync(Batch(read));

        Assert.That(notes, Is.InRange(1, batches), "one range");
        Assert.That(stream.Sessions.Select(note => (note.Container, note.Token.Length > 0)), Is.All.EqualTo((1u, true)));
        Assert.That(_wire.Shard.LastDemand.AtLeast.Value, Is.EqualTo(newest), "the stream's server knows what it has told");
    }

    [Test]
    public async Task Stream_ATokenGivenOnce_HoldsForTheRestOfTheStream()
    {
        WriteItemRequest write = ItemMethods.Write("""{"id":"t4","pk":"x"}""");
        write.WantsSession = true;
        ItemResponse written = await _wire.Client.CallAsync(ItemMethods.Upsert, write);
        using TestStream stream = await TestStream.OpenAsync(_wire.Client, _wire.Audience);
        ItemOperation first = Read(1);
        (first.Consistency, first.SessionToken) = (Asked.Session, written.SessionToken);
        ItemOperation second = Read(2);
        second.Consistency = Asked.Session;

        await stream.AskAsync(Batch(first));
        await stream.AskAsync(Batch(second));

        Assert.That(_wire.Shard.LastDemand.AtLeast.Value, Is.GreaterThanOrEqualTo(written.Lsn));
    }

    private static OperationBatch Batch(params ItemOperation[] operations)
    {
        var batch = new OperationBatch { Bindings = { new ContainerBinding { Number = 1, Database = "db", Container = "items" } } };
        batch.Operations.AddRange(operations);
        return batch;
    }

    private static ItemOperation Write(ulong tag, string id) =>
        new() { Tag = tag, Kind = OperationKind.Upsert, Container = 1, Body = ByteString.CopyFromUtf8($$"""{"id":"{{id}}","pk":"x"}""") };

    private static ItemOperation Read(ulong tag) =>
        new() { Tag = tag, Kind = OperationKind.Read, Container = 1, Id = "none", PartitionKey = ItemMethods.Key("x") };

    private Task<ErrorCode> ReadAsync(Asked asked)
    {
        ReadItemRequest read = ItemMethods.ReadOf("none", "x");
        read.Consistency = asked;
        return _wire.Client.CodeOfAsync(ItemMethods.Read, read);
    }

    private Task<ErrorCode> ListAsync(Asked asked) => _wire.Client.CodeOfAsync(
        ItemMethods.List, new ListItemsRequest { Database = "db", Container = "items", Consistency = asked });
}
