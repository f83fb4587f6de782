using Google.Protobuf;
using Grpc.Core;
using Nacre.Core.Errors;
using Nacre.Core.Time;
using Nacre.Protocol.V1;
using Nacre.Security.Accounts;
using Nacre.Server.Options;
using Nacre.Server.Tests.Support;
using AccountKeyKind = Nacre.Core.Control.AccountKeyKind;

namespace Nacre.Server.Tests.Streaming;

/// <summary>The item stream, over the wire.</summary>
[TestFixture]
public sealed class ItemStreamTests
{
    private TestWire _wire = null!;

    [OneTimeSetUp]
    public async Task Start() => _wire = await TestWire.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _wire.DisposeAsync();

    [SetUp]
    public void Reset()
    {
        _wire.Shard.Refusal = null;
        _wire.Shard.Fault = null;
        _wire.Shard.Gate = null;
    }

    [Test]
    public async Task Operations_OfEveryKind_DoWhatUnaryCallsDo()
    {
        using TestStream stream = await OpenAsync();

        Dictionary<ulong, OperationOutcome> written = await stream.AskAsync(Batch(
            Write(1, OperationKind.Create, """{"id":"s1","pk":"x"}"""),
            Write(2, OperationKind.Upsert, """{"id":"s2","pk":"x"}"""),
            Write(3, OperationKind.Replace, """{"id":"none","pk":"x"}""")));
        Dictionary<ulong, OperationOutcome> again = await stream.AskAsync(Batch(
            Write(4, OperationKind.Create, """{"id":"s1","pk":"x"}"""),
            Read(5, "s1", "x"),
            Read(6, "none", "x"),
            Delete(7, "s2", "x")));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(written[1].Created, Is.True);
            Assert.That(written[2].Error, Is.Null);
            Assert.That((ErrorCode)written[3].Error.Code, Is.EqualTo(ErrorCode.NotFound));
            Assert.That((ErrorCode)again[4].Error.Code, Is.EqualTo(ErrorCode.AlreadyExists));
            Assert.That(again[5].Body.ToStringUtf8(), Is.EqualTo("""{"id":"s1","pk":"x"}"""));
            Assert.That(again[5].Etag, Is.EqualTo(written[1].Etag));
            Assert.That(again[5].TimestampMs, Is.EqualTo(written[1].TimestampMs));
            Assert.That((ErrorCode)again[6].Error.Code, Is.EqualTo(ErrorCode.NotFound));
            Assert.That(again[7].Error, Is.Null);
        }
    }

    [Test]
    public async Task Operations_RefusedOneByOne_LeaveTheStreamOpen()
    {
        using TestStream stream = await OpenAsync();
        ItemOperation unbound = Read(3, "a", "x");
        unbound.Container = 9;
        ItemOperation unknown = Read(4, "a", "x");
        unknown.Kind = (OperationKind)77;

        Dictionary<ulong, OperationOutcome> outcomes = await stream.AskAsync(Batch(
            Write(1, OperationKind.Upsert, "{"), Read(2, "", "x"), unbound, unknown, Write(5, OperationKind.Upsert, """{"id":"ok","pk":"x"}""")));

        Assert.That(
            Enumerable.Range(1, 5).Select(tag => (ErrorCode)(outcomes[(ulong)tag].Error?.Code ?? 0)),
            Is.EqualTo(new[] { ErrorCode.Malformed, ErrorCode.Malformed, ErrorCode.Malformed, ErrorCode.Unsupported, ErrorCode.None }));
    }

    [Test]
    public async Task Operation_BoundToWhatIsNotThere_IsNotFound()
    {
        using TestStream stream = await OpenAsync();
        OperationBatch batch = Batch(Read(1, "a", "x"));
        batch.Bindings[0].Container = "elsewhere";

        Assert.That((ErrorCode)(await stream.AskAsync(batch))[1].Error.Code, Is.EqualTo(ErrorCode.NotFound));
    }

    [Test]
    public async Task Outcomes_OfManyOperations_AreCombined()
    {
        using TestStream stream = await OpenAsync();
        ItemOperation[] writes = [.. Enumerable.Range(0, 500).Select(i => Write((ulong)i, OperationKind.Upsert, $$"""{"id":"m{{i}}","pk":"x"}"""))];

        Dictionary<ulong, OperationOutcome> outcomes = await stream.AskAsync(Batch(writes));
        Dictionary<ulong, OperationOutcome> reads = await stream.AskAsync(Batch([.. Enumerable.Range(0, 500).Select(i => Read((ulong)i, $"m{i}", "x"))]));

        Assert.That(outcomes.Values.Select(outcome => outcome.Error), Is.All.Null);
        Assert.That(reads.Values.Select(outcome => outcome.Body.ToStringUtf8()), Is.EquivalentTo(writes.Select(write => write.Body.ToStringUtf8())));
    }

    [Test]
    public async Task Writes_ThatWait_AreOvertakenByReads()
    {
        using TestStream stream = await OpenAsync();
        await stream.AskAsync(Batch(Write(1, OperationKind.Upsert, """{"id":"w","pk":"x"}""")));
        _wire.Shard.Gate = new TaskCompletionSource();

        await stream.SendAsync(Batch(Write(2, OperationKind.Upsert, """{"id":"w","pk":"x","n":2}"""), Read(3, "w", "x")));
        OperationOutcome first = (await stream.ReceiveAsync(1))[0];
        _wire.Shard.Gate.SetResult();
        OperationOutcome second = (await stream.ReceiveAsync(1))[0];

        Assert.That(new[] { first.Tag, second.Tag }, Is.EqualTo(new ulong[] { 3, 2 }));
    }

    [Test]
    public async Task Operations_BeyondTheOpenLimit_WaitForAnswers()
    {
        await using TestWire wire = await TestWire.StartAsync(new LimitOptions { StreamOperations = 3 });
        using TestStream stream = await TestStream.OpenAsync(wire.Client, wire.Audience);
        wire.Shard.Gate = new TaskCompletionSource();

        await stream.SendAsync(Batch([.. Enumerable.Range(0, 10).Select(i => Write((ulong)i, OperationKind.Upsert, $$"""{"id":"{{i}}","pk":"x"}"""))]));
        await wire.Shard.WhenProposedAsync(3);
        int begun = wire.Shard.Proposals;
        wire.Shard.Gate.SetResult();
        IReadOnlyList<OperationOutcome> outcomes = await stream.ReceiveAsync(10);

        Assert.That(stream.Accepted.MaxOperationsOpen, Is.EqualTo(3));
        Assert.That(begun, Is.EqualTo(3));
        Assert.That(outcomes.Select(outcome => outcome.Tag), Is.EquivalentTo(Enumerable.Range(0, 10)));
    }

    [Test]
    public async Task Writes_ByAReadOnlyKey_AreForbiddenAndReadsServed()
    {
        using TestStream stream = await TestStream.OpenAsync(_wire.ReadOnlyClient, _wire.Audience);

        Dictionary<ulong, OperationOutcome> outcomes = await stream.AskAsync(Batch(
            Write(1, OperationKind.Upsert, """{"id":"f","pk":"x"}"""), Read(2, "f", "x")));

        Assert.That((ErrorCode)outcomes[1].Error.Code, Is.EqualTo(ErrorCode.Forbidden));
        Assert.That((ErrorCode)outcomes[2].Error.Code, Is.EqualTo(ErrorCode.NotFound));
    }

    [Test]
    public async Task Open_WithoutCredential_IsUnauthenticated()
    {
        using AsyncDuplexStreamingCall<StreamRequest, StreamResponse> call =
            _wire.Invoker.AsyncDuplexStreamingCall(ItemMethods.Stream, host: null, default);
        await call.RequestStream.WriteAsync(new StreamRequest { Open = new StreamOpen { ClientNonce = ByteString.CopyFrom(new byte[16]) } });

        RpcException refusal = (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default)))!;

        Assert.That(TestClient.DetailOf(refusal).Code, Is.EqualTo((uint)ErrorCode.Unauthenticated));
    }

    [Test]
    public async Task Open_NonceOfAnotherLength_IsMalformed()
    {
        var open = new StreamRequest { Open = new StreamOpen { ClientNonce = ByteString.CopyFrom(new byte[15]) } };
        string credential = _wire.Client.Signer.Sign(ItemMethods.Stream.FullName, _wire.Audience, open.ToByteArray());
        using AsyncDuplexStreamingCall<StreamRequest, StreamResponse> call = _wire.Invoker.AsyncDuplexStreamingCall(
            ItemMethods.Stream, host: null, new CallOptions(new Metadata { { "nacre-auth", credential } }));
        await call.RequestStream.WriteAsync(open);

        RpcException refusal = (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default)))!;

        Assert.That(TestClient.DetailOf(refusal).Code, Is.EqualTo((uint)ErrorCode.Malformed));
    }

    [Test]
    public async Task Batch_TamperedWith_EndsTheStream()
    {
        using TestStream stream = await OpenAsync();
        StreamBatch batch = stream.Sign(Batch(Write(1, OperationKind.Upsert, """{"id":"t","pk":"x"}""")));
        byte[] changed = batch.Payload.ToByteArray();
        changed[^5] ^= 1;
        int before = _wire.Shard.Proposals;

        await stream.SendAsync(new StreamBatch { Payload = ByteString.CopyFrom(changed), Mac = batch.Mac });

        Assert.That(await stream.EndAsync(), Is.EqualTo(ErrorCode.Unauthenticated));
        Assert.That(_wire.Shard.Proposals, Is.EqualTo(before));
    }

    [Test]
    public async Task Batch_SentTwice_EndsTheStream()
    {
        using TestStream stream = await OpenAsync();
        StreamBatch batch = stream.Sign(Batch(Read(1, "r", "x")));

        await stream.SendAsync(batch);
        await stream.ReceiveAsync(1);
        await stream.SendAsync(batch);

        Assert.That(await stream.EndAsync(), Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public async Task Batch_LeftOut_EndsTheStream()
    {
        using TestStream stream = await OpenAsync();
        stream.Sign(Batch(Read(1, "r", "x")));

        await stream.SendAsync(Batch(Read(2, "r", "x")));

        Assert.That(await stream.EndAsync(), Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public async Task Batch_ThatIsNone_EndsTheStreamAfterWhatIsOpen()
    {
        using TestStream stream = await OpenAsync();
        _wire.Shard.Gate = new TaskCompletionSource();
        await stream.SendAsync(Batch(Write(1, OperationKind.Upsert, """{"id":"o","pk":"x"}""")));
        await stream.SendAsync(stream.Sign([0xFF, 0xFF, 0xFF]));
        _wire.Shard.Gate.SetResult();

        OperationOutcome open = (await stream.ReceiveAsync(1))[0];

        Assert.That(open.Error, Is.Null);
        Assert.That(await stream.EndAsync(), Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public async Task Message_ThatIsNoBatch_EndsTheStream()
    {
        using TestStream stream = await OpenAsync();

        await stream.SendAsync(new StreamRequest { Open = new StreamOpen() });

        Assert.That(await stream.EndAsync(), Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public async Task Bindings_MoreThanAStreamHolds_EndTheStream()
    {
        using TestStream stream = await OpenAsync();
        var batch = new OperationBatch();
        batch.Bindings.AddRange(Enumerable.Range(1, 1025).Select(i => new ContainerBinding { Number = (uint)i, Database = "db", Container = "items" }));

        await stream.SendAsync(batch);

        Assert.That(await stream.EndAsync(), Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public async Task Batch_AfterTheKeyWasReplaced_EndsTheStream()
    {
        await using TestWire wire = await TestWire.StartAsync();
        using TestStream stream = await TestStream.OpenAsync(wire.Client, wire.Audience);
        await stream.AskAsync(Batch(Read(1, "r", "x")));
        using AccountKeys next = wire.Keys.Regenerate(AccountKeyKind.Primary, TimeProvider.System, CryptographicRandom.Instance);

        wire.Directory.Replace(next);
        await stream.SendAsync(Batch(Read(2, "r", "x")));

        Assert.That(await stream.EndAsync(), Is.EqualTo(ErrorCode.Unauthenticated));
    }

    [Test]
    public async Task Stream_WhenTheNodeDrains_IsToldToGoAndFinishes()
    {
        await using TestWire wire = await TestWire.StartAsync();
        using TestStream stream = await TestStream.OpenAsync(wire.Client, wire.Audience);
        wire.Shard.Gate = new TaskCompletionSource();
        await stream.SendAsync(Batch(Write(1, OperationKind.Upsert, """{"id":"d","pk":"x"}""")));
        await wire.Shard.WhenProposedAsync(1);

        await wire.DrainAsync();
        await stream.MoveNextAsync();
        Task stopping = wire.StopAsync(CancellationToken.None);
        wire.Shard.Gate.SetResult();
        OperationOutcome open = (await stream.ReceiveAsync(1))[0];
        await stream.CompleteAsync();
        ErrorCode end = await stream.EndAsync();
        await stopping;

        Assert.That(stream.GoAway, Is.Not.Empty);
        Assert.That(open.Error, Is.Null);
        Assert.That(end, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Stream_PeerGoneWithWritesOpen_LeavesNothingBehind()
    {
        await using TestWire wire = await TestWire.StartAsync();
        wire.Shard.Gate = new TaskCompletionSource();
        using (TestStream stream = await TestStream.OpenAsync(wire.Client, wire.Audience))
        {
            await stream.SendAsync(Batch(Write(1, OperationKind.Upsert, """{"id":"g","pk":"x"}""")));
            await wire.Shard.WhenProposedAsync(1);
        }

        wire.Shard.Gate.SetResult();
        await wire.Shard.WhenAppliedAsync();

        // The write took effect, though nobody was left to hear of it.
        Assert.That(() => wire.Client.CodeOfAsync(ItemMethods.Read, ItemMethods.ReadOf("g", "x")), Is.EqualTo(ErrorCode.None));
        Assert.That(() => wire.Admission.Requests, Is.Zero.After(delayInMilliseconds: 5_000, pollingInterval: 10));
        Assert.That(wire.Errors.Errors, Is.Empty, "a peer that goes is nobody's error");
    }

    [Test]
    public async Task Operation_ThatMeetsABug_IsInternalAndTheStreamGoesOn()
    {
        using TestStream stream = await OpenAsync();
        _wire.Shard.Fault = new InvalidOperationException("secret");

        Dictionary<ulong, OperationOutcome> outcomes = await stream.AskAsync(Batch(Write(1, OperationKind.Upsert, """{"id":"b","pk":"x"}""")));
        _wire.Shard.Fault = null;

        Assert.That((ErrorCode)outcomes[1].Error.Code, Is.EqualTo(ErrorCode.Internal));
        Assert.That(outcomes[1].Error.Message, Does.Not.Contain("secret"));
        Assert.That((await stream.AskAsync(Batch(Read(2, "b", "x"))))[2].Error.Code, Is.EqualTo((uint)ErrorCode.NotFound));
    }

    [Test]
    public async Task Write_WithIdempotencySequence_CarriesTheBatchsClient()
    {
        using TestStream stream = await OpenAsync();
        ItemOperation write = Write(1, OperationKind.Upsert, """{"id":"i","pk":"x"}""");
        write.IdempotencySequence = 5;
        OperationBatch batch = Batch(write);
        batch.ClientId = ByteString.CopyFrom(new byte[15].Append((byte)7).ToArray());
        batch.AnsweredBelow = 4;

        await stream.AskAsync(batch);

        Core.Commands.IdempotencyKey key = _wire.Shard.LastHeader.Idempotency;
        Assert.That((key.Client.Value, key.Sequence, key.AnsweredBelow), Is.EqualTo(((UInt128)7, 5ul, 4ul)));
    }

    private static OperationBatch Batch(params ItemOperation[] operations)
    {
        var batch = new OperationBatch { Bindings = { new ContainerBinding { Number = 1, Database = "db", Container = "items" } } };
        batch.Operations.AddRange(operations);
        return batch;
    }

    private static ItemOperation Write(ulong tag, OperationKind kind, string json) =>
        new() { Tag = tag, Kind = kind, Container = 1, Body = ByteString.CopyFromUtf8(json) };

    private static ItemOperation Read(ulong tag, string id, string key) =>
        new() { Tag = tag, Kind = OperationKind.Read, Container = 1, Id = id, PartitionKey = ItemMethods.Key(key) };

    private static ItemOperation Delete(ulong tag, string id, string key) =>
        new() { Tag = tag, Kind = OperationKind.Delete, Container = 1, Id = id, PartitionKey = ItemMethods.Key(key) };

    private Task<TestStream> OpenAsync() => TestStream.OpenAsync(_wire.Client, _wire.Audience);
}
