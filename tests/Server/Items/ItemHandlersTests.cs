using Google.Protobuf;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Protocol.V1;
using Nacre.Server.Tests.Support;
using IdempotencyKey = Nacre.Protocol.V1.IdempotencyKey;

namespace Nacre.Server.Tests.Items;

/// <summary>The unary item methods, over the wire.</summary>
[TestFixture]
public sealed class ItemHandlersTests
{
    private TestWire _wire = null!;

    private static IEnumerable<TestCaseData> BadWrites =>
    [
        new TestCaseData("", ErrorCode.Malformed).SetName("nothing"),
        new TestCaseData("[]", ErrorCode.Malformed).SetName("an array"),
        new TestCaseData("{", ErrorCode.Malformed).SetName("half a document"),
        new TestCaseData("""{"pk":"x"}""", ErrorCode.Malformed).SetName("no id"),
        new TestCaseData("""{"id":1,"pk":"x"}""", ErrorCode.Malformed).SetName("an id that is a number"),
        new TestCaseData("""{"id":"a/b","pk":"x"}""", ErrorCode.Malformed).SetName("an id with a slash"),
        new TestCaseData("""{"id":"a","id":"b","pk":"x"}""", ErrorCode.Malformed).SetName("two ids"),
        new TestCaseData($$"""{"id":"{{new string('i', 1024)}}","pk":"x"}""", ErrorCode.TooLarge).SetName("an id too long"),
        new TestCaseData($$"""{"id":"a","pk":"{{new string('k', 2049)}}"}""", ErrorCode.TooLarge).SetName("a key too long"),
        new TestCaseData($$"""{"id":"a","pk":"x","d":{{new string('[', 200)}}{{new string(']', 200)}}}""", ErrorCode.TooLarge).SetName("too deep"),
        new TestCaseData($$"""{"id":"a","pk":"x","d":"{{new string('d', 2 * 1024 * 1024)}}"}""", ErrorCode.TooLarge).SetName("too large"),
    ];

    [OneTimeSetUp]
    public async Task Start() => _wire = await TestWire.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _wire.DisposeAsync();

    [Test]
    public async Task Create_NewItem_IsReadBackByteForByte()
    {
        const string json = """{ "id" : "a1", "pk":"x",  "n": 1.0e0 }""";

        ItemResponse created = await _wire.Client.CallAsync(ItemMethods.Create, ItemMethods.Write(json));
        ItemResponse read = await _wire.ReadOnlyClient.CallAsync(ItemMethods.Read, ItemMethods.ReadOf("a1", "x"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(created.Created, Is.True);
            Assert.That(created.Body.IsEmpty, Is.True);
            Assert.That(read.Body.ToStringUtf8(), Is.EqualTo(json));
            Assert.That(read.Etag, Is.EqualTo(created.Etag));
            Assert.That(read.TimestampMs, Is.EqualTo(created.TimestampMs));
        }
    }

    [Test]
    public async Task Create_ItemThatIsThere_AlreadyExists()
    {
        await _wire.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write("""{"id":"a2","pk":"x"}"""));

        Assert.That(await CodeOfAsync(ItemMethods.Create, ItemMethods.Write("""{"id":"a2","pk":"x"}""")), Is.EqualTo(ErrorCode.AlreadyExists));
    }

    [Test]
    public async Task Upsert_Twice_CreatesAndReplaces()
    {
        ItemResponse first = await _wire.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write("""{"id":"a3","pk":"x","n":1}"""));
        ItemResponse second = await _wire.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write("""{"id":"a3","pk":"x","n":2}"""));

        Assert.That(new[] { first.Created, second.Created }, Is.EqualTo(new[] { true, false }));
        Assert.That(second.Lsn, Is.GreaterThan(first.Lsn));
    }

    [Test]
    public async Task Replace_ItemThatIsNotThere_IsNotFound() => Assert.That(
        await CodeOfAsync(ItemMethods.Replace, ItemMethods.Write("""{"id":"none","pk":"x"}""")), Is.EqualTo(ErrorCode.NotFound));

    [Test]
    public async Task Delete_Item_IsGone()
    {
        await _wire.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write("""{"id":"a4","pk":"x"}"""));
        var delete = new DeleteItemRequest { Database = "db", Container = "items", Id = "a4", PartitionKey = ItemMethods.Key("x") };

        ErrorCode first = await _wire.Client.CodeOfAsync(ItemMethods.Delete, delete);
        ErrorCode second = await _wire.Client.CodeOfAsync(ItemMethods.Delete, delete);

        Assert.That(first, Is.EqualTo(ErrorCode.None));
        Assert.That(second, Is.EqualTo(ErrorCode.NotFound));
    }

    [Test]
    public async Task Write_WithReturnBody_GivesItBack()
    {
        WriteItemRequest write = ItemMethods.Write("""{"id":"a5","pk":"x"}""");
        write.ReturnBody = true;

        ItemResponse written = await _wire.Client.CallAsync(ItemMethods.Upsert, write);

        Assert.That(written.Body, Is.EqualTo(write.Body));
    }

    [Test]
    public async Task Write_WithTags_HoldsThem()
    {
        ItemResponse first = await _wire.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write("""{"id":"a6","pk":"x"}"""));
        WriteItemRequest Next(string ifMatch, string ifNoneMatch)
        {
            WriteItemRequest write = ItemMethods.Write("""{"id":"a6","pk":"x","next":true}""");
            write.IfMatch = ifMatch;
            write.IfNoneMatch = ifNoneMatch;
            return write;
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await CodeOfAsync(ItemMethods.Upsert, Next("", "*")), Is.EqualTo(ErrorCode.PreconditionFailed), "it is there");
            Assert.That(await CodeOfAsync(ItemMethods.Replace, Next("1-ffff", "")), Is.EqualTo(ErrorCode.PreconditionFailed), "another version");
            Assert.That(await CodeOfAsync(ItemMethods.Replace, Next("77" + first.Etag, "")), Is.EqualTo(ErrorCode.PreconditionFailed), "another range");
            Assert.That(await CodeOfAsync(ItemMethods.Replace, Next("rubbish", "")), Is.EqualTo(ErrorCode.Malformed), "no tag");
            Assert.That(await CodeOfAsync(ItemMethods.Replace, Next("", "*")), Is.EqualTo(ErrorCode.Malformed), "a replace of what is absent");
            Assert.That(await CodeOfAsync(ItemMethods.Create, Next(first.Etag, "")), Is.EqualTo(ErrorCode.Malformed), "a create of what is there");
            Assert.That(await CodeOfAsync(ItemMethods.Upsert, Next(first.Etag, "*")), Is.EqualTo(ErrorCode.Malformed), "both");
            Assert.That(await CodeOfAsync(ItemMethods.Replace, Next(first.Etag, "")), Is.EqualTo(ErrorCode.None));
            Assert.That(await CodeOfAsync(ItemMethods.Replace, Next(first.Etag, "")), Is.EqualTo(ErrorCode.PreconditionFailed), "the version before");
            Assert.That(await CodeOfAsync(ItemMethods.Replace, Next("*", "")), Is.EqualTo(ErrorCode.None));
        }
    }

    [Test]
    public async Task Read_WithTheCurrentTag_IsNotModified()
    {
        ItemResponse written = await _wire.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write("""{"id":"a7","pk":"x"}"""));
        ReadItemRequest read = ItemMethods.ReadOf("a7", "x");

        read.IfNoneMatch = written.Etag;
        ErrorCode same = await _wire.Client.CodeOfAsync(ItemMethods.Read, read);
        read.IfNoneMatch = "1-0";
        ErrorCode other = await _wire.Client.CodeOfAsync(ItemMethods.Read, read);

        Assert.That(same, Is.EqualTo(ErrorCode.NotModified));
        Assert.That(other, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Write_KeyThatIsNotTheDocuments_IsRefused()
    {
        WriteItemRequest otherKey = ItemMethods.Write("""{"id":"a8","pk":"x"}""");
        otherKey.PartitionKey = ItemMethods.Key("y");
        WriteItemRequest otherId = ItemMethods.Write("""{"id":"a8","pk":"x"}""");
        otherId.Id = "a9";

        Assert.That(await CodeOfAsync(ItemMethods.Upsert, otherKey), Is.EqualTo(ErrorCode.PartitionKeyMismatch));
        Assert.That(await CodeOfAsync(ItemMethods.Upsert, otherId), Is.EqualTo(ErrorCode.Malformed));
    }

    [TestCaseSource(nameof(BadWrites))]
    public async Task Write_BadDocument_IsRefused(string json, ErrorCode expected)
    {
        int before = _wire.Shard.Proposals;

        Assert.That(await CodeOfAsync(ItemMethods.Upsert, ItemMethods.Write(json)), Is.EqualTo(expected));
        Assert.That(_wire.Shard.Proposals, Is.EqualTo(before), "nothing reached the shard");
    }

    [Test]
    public async Task Read_BadKey_IsMalformed()
    {
        var infinite = new ReadItemRequest
        {
            Database = "db",
            Container = "items",
            Id = "a",
            PartitionKey = new PartitionKey { Values = { new PartitionKeyValue { Number = double.PositiveInfinity } } },
        };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await _wire.Client.CodeOfAsync(ItemMethods.Read, ItemMethods.ReadOf("a")), Is.EqualTo(ErrorCode.Malformed), "no key");
            Assert.That(await _wire.Client.CodeOfAsync(ItemMethods.Read, ItemMethods.ReadOf("a", "x", "y")), Is.EqualTo(ErrorCode.Malformed), "too many");
            Assert.That(await _wire.Client.CodeOfAsync(ItemMethods.Read, ItemMethods.ReadOf("", "x")), Is.EqualTo(ErrorCode.Malformed), "no id");
            Assert.That(await _wire.Client.CodeOfAsync(ItemMethods.Read, infinite), Is.EqualTo(ErrorCode.Malformed), "infinity");
        }
    }

    [Test]
    public async Task Call_UnknownContainer_IsNotFound()
    {
        var read = new ReadItemRequest { Database = "db", Container = "Items", Id = "a", PartitionKey = ItemMethods.Key("x") };

        Assert.That(await _wire.Client.CodeOfAsync(ItemMethods.Read, read), Is.EqualTo(ErrorCode.NotFound));
    }

    [Test]
    public async Task Write_WithIdempotencyKey_CarriesItToTheShard()
    {
        WriteItemRequest write = ItemMethods.Write("""{"id":"b1","pk":"x"}""");
        write.Idempotency = new IdempotencyKey { ClientId = ByteString.CopyFrom(new byte[15].Append((byte)9).ToArray()), Sequence = 4, AnsweredBelow = 3 };

        await _wire.Client.CallAsync(ItemMethods.Upsert, write);
        Core.Commands.IdempotencyKey first = _wire.Shard.LastHeader.Idempotency;
        await _wire.Client.CallAsync(ItemMethods.Upsert, write);
        Core.Commands.IdempotencyKey second = _wire.Shard.LastHeader.Idempotency;

        Assert.That(first, Is.EqualTo(new Core.Commands.IdempotencyKey(new(9), 4, 3, first.Hash)));
        Assert.That(first.Hash, Is.Not.EqualTo(default(RequestHash)));
        Assert.That(second, Is.EqualTo(first), "the same request has the same hash");
    }

    [Test]
    public async Task Write_Always_NamesCallerAndRequestInTheEntry()
    {
        await _wire.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write("""{"id":"b2","pk":"x"}"""));

        Assert.That(_wire.Shard.LastHeader.PrincipalName, Is.EqualTo("account key Primary"));
        Assert.That(_wire.Shard.LastHeader.PrincipalKind, Is.EqualTo(PrincipalKind.AccountKey));
        Assert.That(_wire.Shard.LastHeader.Activity.Value, Is.Not.EqualTo(UInt128.Zero));
    }

    [TestCase(0, 1ul)]
    [TestCase(15, 1ul)]
    [TestCase(16, 0ul)]
    public async Task Write_BadIdempotencyKey_IsMalformed(int clientBytes, ulong sequence)
    {
        WriteItemRequest write = ItemMethods.Write("""{"id":"b3","pk":"x"}""");
        write.Idempotency = new IdempotencyKey { ClientId = ByteString.CopyFrom(Enumerable.Repeat((byte)1, clientBytes).ToArray()), Sequence = sequence };

        Assert.That(await CodeOfAsync(ItemMethods.Upsert, write), Is.EqualTo(ErrorCode.Malformed));
    }

    private Task<ErrorCode> CodeOfAsync(Grpc.Core.Method<WriteItemRequest, ItemResponse> method, WriteItemRequest request) =>
        _wire.Client.CodeOfAsync(method, request);
}
