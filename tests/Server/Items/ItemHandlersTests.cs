using Nacre.Core.Errors;
using Nacre.Protocol.V1;
using Nacre.Server.Tests.Support;

namespace Nacre.Server.Tests.Items;

/// <summary>The unary item methods, over the wire.</summary>
[TestFixture]
public sealed class ItemHandlersTests
{
    private TestWire _wire = null!;

    [OneTimeSetUp]
    public async Task Start() => _wire = await TestWire.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _wire.DisposeAsync();

    [Test]
    public async Task Create_NewItem_IsReadBackByteForByte()
    {
        const string json = """{ "id" : "a1", "pk":"x",  "n": 1.0e0 }""";

        ItemResponse created = await _wire.Client.CallAsync(ItemMethods.Create, ItemMethods.Write(json));
        ItemResponse read = await _wire.Client.CallAsync(ItemMethods.Read, ItemMethods.ReadOf("a1", "x"));

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

        ErrorCode code = await _wire.Client.CodeOfAsync(ItemMethods.Create, ItemMethods.Write("""{"id":"a2","pk":"x"}"""));

        Assert.That(code, Is.EqualTo(ErrorCode.AlreadyExists));
    }
}
