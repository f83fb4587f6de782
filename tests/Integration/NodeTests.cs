using Nacre.Core.Errors;
using Nacre.Integration.Tests.Support;
using Nacre.Protocol.V1;
using Nacre.Server.Hosting;
using Nacre.Server.Tests.Support;

namespace Nacre.Integration.Tests;

/// <summary>A whole node: real log, real store, TLS, signed requests.</summary>
[TestFixture]
public sealed class NodeTests
{
    [Test]
    public async Task Item_WrittenToAFreshNode_IsReadBack()
    {
        await using TestNode node = await TestNode.StartAsync();
        await node.MakeContainerAsync();

        ItemResponse written = await node.Client.CallAsync(ItemMethods.Create, ItemMethods.Write("""{"id":"1","pk":"a","n":[1,2]}"""));
        ItemResponse read = await node.ReadOnlyClient.CallAsync(ItemMethods.Read, ItemMethods.ReadOf("1", "a"));

        Assert.That(read.Body.ToStringUtf8(), Is.EqualTo("""{"id":"1","pk":"a","n":[1,2]}"""));
        Assert.That(read.Etag, Is.EqualTo(written.Etag));
        Assert.That(read.TimestampMs, Is.EqualTo(written.TimestampMs).And.Positive);
    }

    [Test]
    public async Task Items_AfterACleanStop_AreThere()
    {
        TestNode first = await TestNode.StartAsync();
        await first.MakeContainerAsync();
        await WriteAsync(first, count: 50);

        await using TestNode second = await first.RestartAsync();

        await CheckAsync(second, count: 50);
        Assert.That(second.Connection.AccountKey, Is.EqualTo(first.Connection.AccountKey));
    }

    [Test]
    public async Task Items_AfterACrash_AreThere()
    {
        TestNode first = await TestNode.StartAsync();
        await first.MakeContainerAsync();
        await WriteAsync(first, count: 50);

        await using TestNode second = await first.CrashAndStartAsync();

        await CheckAsync(second, count: 50);
    }

    [Test]
    public async Task StartAsync_FolderThatIsOpen_IsUnavailable()
    {
        await using TestNode node = await TestNode.StartAsync(TestNode.NewFolder());

        Result<NacreNode> second = await NacreNode.StartAsync(TestNode.OptionsFor(node.Folder), new NodeEnvironment(), default);

        Assert.That(second.Error?.Code, Is.EqualTo(ErrorCode.Unavailable));
    }

    [Test]
    public async Task StartAsync_OtherRootKey_IsRootKeyWrong()
    {
        TestNode first = await TestNode.StartAsync();
        await first.Node.StopAsync(default);
        Environment.SetEnvironmentVariable("NACRE_TEST_OTHER_ROOT_KEY", Convert.ToBase64String(new byte[32]));

        Result<NacreNode> second = await NacreNode.StartAsync(
            TestNode.OptionsFor(first.Folder) with { RootKey = "env:NACRE_TEST_OTHER_ROOT_KEY" }, new NodeEnvironment(), default);
        await first.DisposeAsync();

        Assert.That(second.Error?.Code, Is.EqualTo(ErrorCode.RootKeyWrong));
    }

    [Test]
    public async Task StartAsync_NewestLogSegmentMovedAwayAfterACleanStop_IsRefusedAndCanBePutRight()
    {
        TestNode node = await TestNode.StartAsync();
        await node.MakeContainerAsync();
        await WriteAsync(node, count: 5);
        await node.Node.StopAsync(default);
        node = await TestNode.StartAsync(node.Folder);
        await WriteAsync(node, count: 10);
        await node.Node.StopAsync(default);
        string log = Path.Combine(node.Folder, "log");
        string newest = Directory.GetFiles(log, "*.segment").Order(StringComparer.Ordinal).Last();
        string away = Path.GetTempFileName();
        File.Move(newest, away, overwrite: true);
        Dictionary<string, long> left = Lengths();

        Result<NacreNode> started = await NacreNode.StartAsync(TestNode.OptionsFor(node.Folder), new NodeEnvironment(), default);

        Assert.That(started.Error?.Code, Is.EqualTo(ErrorCode.Corrupt), started.Error?.Message);
        Assert.That(Lengths(), Is.EqualTo(left), "nothing was changed");
        File.Move(away, newest);
        await using TestNode again = await TestNode.StartAsync(node.Folder);
        await CheckAsync(again, count: 10);

        Dictionary<string, long> Lengths() =>
            Directory.GetFiles(log).ToDictionary(file => file, file => new FileInfo(file).Length, StringComparer.Ordinal);
    }

    [Test]
    public async Task StartAsync_OlderLogPutBackAfterACleanStop_IsCorrupt()
    {
        TestNode node = await TestNode.StartAsync();
        await node.MakeContainerAsync();
        await WriteAsync(node, count: 5);
        await node.Node.StopAsync(default);
        string kept = TestNode.NewFolder();
        Copy(Path.Combine(node.Folder, "log"), kept);
        node = await TestNode.StartAsync(node.Folder);
        await WriteAsync(node, count: 10);
        await node.Node.StopAsync(default);
        Directory.Delete(Path.Combine(node.Folder, "log"), recursive: true);
        Copy(kept, Path.Combine(node.Folder, "log"));

        Result<NacreNode> started = await NacreNode.StartAsync(TestNode.OptionsFor(node.Folder), new NodeEnvironment(), default);
        Result<NacreNode> again = await NacreNode.StartAsync(TestNode.OptionsFor(node.Folder), new NodeEnvironment(), default);
        await node.DisposeAsync();
        Directory.Delete(kept, recursive: true);

        Assert.That(started.Error?.Code, Is.EqualTo(ErrorCode.Corrupt));
        Assert.That(again.Error?.Code, Is.EqualTo(ErrorCode.Corrupt), "a start that refused must not make the next one accept");
    }

    [Test]
    public async Task StartAsync_FolderThatIsNoNodes_IsRefused()
    {
        string folder = TestNode.NewFolder();
        Directory.CreateDirectory(Path.Combine(folder, "something"));

        Result<NacreNode> started = await NacreNode.StartAsync(TestNode.OptionsFor(folder), new NodeEnvironment(), default);
        Directory.Delete(folder, recursive: true);

        Assert.That(started.Error?.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    private static async Task WriteAsync(TestNode node, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await node.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write($$"""{"id":"{{i}}","pk":"p{{i}}"}"""));
        }
    }

    private static async Task CheckAsync(TestNode node, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ItemResponse read = await node.Client.CallAsync(ItemMethods.Read, ItemMethods.ReadOf($"{i}", $"p{i}"));
            Assert.That(read.Body.ToStringUtf8(), Is.EqualTo($$"""{"id":"{{i}}","pk":"p{{i}}"}"""));
        }
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
