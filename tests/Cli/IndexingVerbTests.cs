using System.Text.Json;
using Nacre.Client;
using Nacre.Client.Tests.Fakes;

namespace Nacre.Cli.Tests;

/// <summary><c>nacre container indexing</c>, and policies at a container's creation.</summary>
[TestFixture]
public sealed class IndexingVerbTests
{
    private const string OnlyA = """{"includedPaths":[{"path":"/a/?"}],"excludedPaths":[{"path":"/*"}]}""";

    private FakeServer _server = null!;
    private CommandLine _nacre = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await FakeServer.StartAsync();
        _nacre = new CommandLine(_server);
        _server.State.CreateDatabase("world");
        _server.State.CreateContainer(new() { Database = "world", Name = "cities", PartitionKeyPaths = { "/country" } });
    }

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task Create_WithAPolicy_SendsIt()
    {
        CommandLine.Run inline = await _nacre.RunAsync("container", "create", "world", "inline", "-p", "/country", "--indexing", OnlyA, "-o", "json");
        CommandLine.Run plain = await _nacre.RunAsync("container", "get", "world", "cities", "-o", "json");

        Assert.That(inline.Error, Is.Empty);
        Assert.That(inline.Json.GetProperty("indexing").GetRawText(), Is.EqualTo(OnlyA));
        Assert.That(plain.Json.GetProperty("indexing").GetRawText(), Is.EqualTo(IndexingPolicy.Default.ToJson()));
    }

    [Test]
    public async Task Set_FromFileAndInput_SendsThePolicyAsItIs()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $"\n  {OnlyA}");

            CommandLine.Run set = await _nacre.RunAsync("container", "indexing", "set", "world", "cities", file, "-o", "json");
            CommandLine.Run piped = await _nacre.RunWithInputAsync("""{"indexingMode":"none"}""", default, "container", "indexing", "set", "world", "cities", "-", "-o", "json");

            Assert.That(set.Json.GetProperty("policy").GetRawText(), Is.EqualTo(OnlyA));
            Assert.That(piped.Json.GetProperty("policy").GetProperty("indexingMode").GetString(), Is.EqualTo("none"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public async Task Show_WhileIndexesAreBuilt_TellsHowFar()
    {
        _server.State.IndexedPerLook = 333;

        CommandLine.Run json = await _nacre.RunAsync("container", "indexing", "show", "world", "cities", "-o", "json");
        CommandLine.Run table = await _nacre.RunAsync("container", "indexing", "show", "world", "cities");

        Assert.That(
            (json.Json.GetProperty("isReady").GetBoolean(), json.Json.GetProperty("fraction").GetDouble(), json.Json.GetProperty("items").GetInt64(), json.Json.GetProperty("itemsLeft").GetInt64()),
            Is.EqualTo((false, 0.333, 1000L, 667L)));
        JsonElement range = json.Json.GetProperty("ranges")[0];
        Assert.That((range.GetProperty("isReady").GetBoolean(), range.GetProperty("itemsLeft").GetInt64()), Is.EqualTo((false, 667L)));
        Assert.That(table.Output, Does.Contain("\"indexingMode\": \"consistent\"").And.Match(@"building +66 % +1000 +334"));
    }

    [Test]
    public async Task Set_WithWait_EndsWhenAllIsBuilt()
    {
        _server.State.IndexedPerLook = 500;

        CommandLine.Run run = await _nacre.RunAsync("container", "indexing", "set", "world", "cities", OnlyA, "--wait");

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Does.Match(@"ready +100 % +1000 +0"));
        Assert.That(_server.State.Calls.Count(call => call.EndsWith("/GetIndexing", StringComparison.Ordinal)), Is.EqualTo(2));
    }

    [Test]
    public async Task Set_OnAnOlderVersion_IsRefused()
    {
        CommandLine.Run run = await _nacre.RunAsync("container", "indexing", "set", "world", "cities", OnlyA, "--if-match", "old");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.StartWith("PreconditionFailed: "));
    }

    [TestCase("container", "indexing", "set", "world", "cities", "{", TestName = "NoJson")]
    [TestCase("container", "indexing", "set", "world", "cities", "/no/such/file", TestName = "NoFile")]
    [TestCase("container", "create", "world", "other", "-p", "/a", "--indexing", "{]", TestName = "NoJsonAtCreation")]
    public async Task Policy_ThatCannotBeRead_IsWrongUsage(params string[] arguments)
    {
        CommandLine.Run run = await _nacre.RunAsync(arguments);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Output, Is.Empty);
        Assert.That(_server.State.Calls, Is.Empty);
    }
}
