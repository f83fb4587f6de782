using System.Text.Json;
using Nacre.Client;
using Nacre.Client.Tests.Fakes;

namespace Nacre.Cli.Tests;

/// <summary>The verbs over the public API: results on standard output alone, exit codes as documented.</summary>
[TestFixture]
public sealed class VerbTests
{
    private FakeServer _server = null!;
    private CommandLine _nacre = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await FakeServer.StartAsync();
        _nacre = new CommandLine(_server);
    }

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task Database_CreateListDelete_Works()
    {
        CommandLine.Run create = await _nacre.RunAsync("db", "create", "world", "--output", "json");
        CommandLine.Run again = await _nacre.RunAsync("db", "create", "world");
        CommandLine.Run list = await _nacre.RunAsync("db", "list", "-o", "json");
        CommandLine.Run table = await _nacre.RunAsync("db", "list");
        CommandLine.Run delete = await _nacre.RunAsync("db", "delete", "world");
        CommandLine.Run get = await _nacre.RunAsync("db", "get", "world");

        Assert.That(create.ExitCode, Is.Zero);
        Assert.That(create.Json.GetProperty("name").GetString(), Is.EqualTo("world"));
        Assert.That(create.Json.GetProperty("createdAt").GetDateTimeOffset(), Is.EqualTo(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000)));
        Assert.That(create.Error, Is.Empty);
        Assert.That(again.ExitCode, Is.EqualTo(1));
        Assert.That(again.Output, Is.Empty);
        Assert.That(again.Error, Does.StartWith("AlreadyExists: "));
        Assert.That(list.Json.GetArrayLength(), Is.EqualTo(1));
        Assert.That(table.Output, Does.Contain("NAME").And.Contain("world").And.Contain("2023-11-14 22:13:20Z"));
        Assert.That(delete.ExitCode, Is.Zero);
        Assert.That(get.ExitCode, Is.EqualTo(1));
    }

    [Test]
    public async Task Container_CreateGetList_Works()
    {
        await _nacre.RunAsync("db", "create", "world");

        CommandLine.Run create = await _nacre.RunAsync("container", "create", "world", "cities", "--partition-key", "/country", "-p", "/region", "-o", "json");
        CommandLine.Run get = await _nacre.RunAsync("container", "get", "world", "cities");
        CommandLine.Run list = await _nacre.RunAsync("container", "list", "world", "-o", "json");

        Assert.That(create.Json.GetProperty("partitionKeyPaths").EnumerateArray().Select(path => path.GetString()), Is.EqualTo(new[] { "/country", "/region" }));
        Assert.That(get.Output, Does.Contain("/country /region").And.Contain("RANGE"));
        Assert.That(list.Json[0].GetProperty("name").GetString(), Is.EqualTo("cities"));
    }

    [TestCase("container", "create", "world", "cities", "-p", "country", TestName = "PathWithoutSlash")]
    [TestCase("container", "create", "world", "cities", TestName = "WithoutPath")]
    [TestCase("container", "create", "world", "cities", "-p", "/a", "--ranges", "65", TestName = "TooManyRanges")]
    [TestCase("item", "get", "world", "cities", "a", TestName = "WithoutPartitionKey")]
    [TestCase("item", "list", "world", "cities", "--max", "0", TestName = "MaxZero")]
    [TestCase("item", "create", "world", "cities", "{}", "--file", "x", TestName = "DocumentTwice")]
    [TestCase("db", "list", "--output", "xml", TestName = "UnknownOutput")]
    [TestCase("nonsense", TestName = "UnknownVerb")]
    [TestCase("keys", "regenerate", "tertiary", TestName = "UnknownKey")]
    [TestCase("import", "world", "cities", "/no/such/file", TestName = "FileNotThere")]
    [TestCase("db", "list", "--connection-file", "/no/such/file", TestName = "ConnectionFileNotThere")]
    public async Task WrongUsage_Always_EndsWithTwo(params string[] arguments)
    {
        _server.State.CreateDatabase("world");
        _server.State.CreateContainer(new() { Database = "world", Name = "cities", PartitionKeyPaths = { "/country" } });

        CommandLine.Run run = await _nacre.RunAsync(arguments);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Output, Is.Empty);
        Assert.That(run.Error, Is.Not.Empty);
    }

    [Test]
    public async Task Item_WriteReadDelete_Works()
    {
        await MakeAsync();
        const string Document = """{"id":"a","country":"AD","name":"Encamp – 🦪"}""";

        CommandLine.Run create = await _nacre.RunAsync("item", "create", "world", "cities", Document, "-o", "json");
        CommandLine.Run get = await _nacre.RunAsync("item", "get", "world", "cities", "a", "-p", "AD");
        CommandLine.Run metadata = await _nacre.RunAsync("item", "get", "world", "cities", "a", "-p", "AD", "--metadata");
        string etag = create.Json.GetProperty("eTag").GetString()!;
        CommandLine.Run stale = await _nacre.RunWithInputAsync("""{"id":"a","country":"AD"}""", default, "item", "replace", "world", "cities", "--if-match", "stale");
        CommandLine.Run replace = await _nacre.RunWithInputAsync("""{"id":"a","country":"AD"}""", default, "item", "replace", "world", "cities", "--if-match", etag);
        CommandLine.Run absent = await _nacre.RunAsync("item", "upsert", "world", "cities", """{"id":"a","country":"AD"}""", "--if-absent");
        CommandLine.Run delete = await _nacre.RunAsync("item", "delete", "world", "cities", "a", "--partition-key", "AD");
        CommandLine.Run gone = await _nacre.RunAsync("item", "get", "world", "cities", "a", "-p", "AD");

        Assert.That(get.Output, Is.EqualTo(Document + "\n"));
        Assert.That(metadata.Json.GetProperty("document").GetRawText(), Is.EqualTo(Document));
        Assert.That(metadata.Json.GetProperty("eTag").GetString(), Is.EqualTo(etag));
        Assert.That(stale.ExitCode, Is.EqualTo(1));
        Assert.That(stale.Error, Does.StartWith("PreconditionFailed"));
        Assert.That(replace.ExitCode, Is.Zero);
        Assert.That(absent.ExitCode, Is.EqualTo(1));
        Assert.That(delete.ExitCode, Is.Zero);
        Assert.That(gone.ExitCode, Is.EqualTo(1));
        Assert.That(gone.Error, Does.Contain("activity 000102030405060708090a0b0c0d0e0f"));
    }

    [TestCase("5", "5")]
    [TestCase("\"5\"", "\"5\"")]
    [TestCase("true", "true")]
    [TestCase("null", "null")]
    [TestCase("\"DE\"", "DE")]
    public async Task Item_PartitionKeyKinds_AreTold(string json, string typed)
    {
        await MakeAsync();
        await _nacre.RunAsync("item", "create", "world", "cities", $$"""{"id":"a","country":{{json}}}""");

        CommandLine.Run get = await _nacre.RunAsync("item", "get", "world", "cities", "a", "-p", typed);

        Assert.That(get.ExitCode, Is.Zero, get.Error);
    }

    [Test]
    public async Task ItemList_Max_StopsAndGoesOn()
    {
        await MakeAsync();
        for (int i = 0; i < 7; i++)
        {
            await _nacre.RunAsync("item", "create", "world", "cities", $$"""{"id":"{{i}}","country":"AD"}""");
        }

        CommandLine.Run first = await _nacre.RunAsync("item", "list", "world", "cities", "--max", "5", "-o", "json");
        string continuation = first.Json.GetProperty("continuation").GetString()!;
        CommandLine.Run rest = await _nacre.RunAsync("item", "list", "world", "cities", "-p", "AD", "--continuation", continuation, "-o", "json");
        CommandLine.Run table = await _nacre.RunAsync("item", "list", "world", "cities", "--max", "2");

        Assert.That(first.Json.GetProperty("items").GetArrayLength(), Is.EqualTo(5));
        Assert.That(rest.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("document").GetProperty("id").GetString()), Is.EqualTo(new[] { "5", "6" }));
        Assert.That(rest.Json.GetProperty("continuation").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(table.Error, Does.Contain("--continuation"));
    }

    [Test]
    public async Task Keys_Verbs_Work()
    {
        CommandLine.Run list = await _nacre.RunAsync("keys", "list", "-o", "json");
        CommandLine.Run regenerate = await _nacre.RunAsync("keys", "regenerate", "secondary-read-only");
        CommandLine.Run regenerateJson = await _nacre.RunAsync("keys", "regenerate", "primary", "-o", "json");
        CommandLine.Run status = await _nacre.RunAsync("keys", "status");
        CommandLine.Run rotate = await _nacre.RunAsync("keys", "rotate", "--scope", "domain", "--reencrypt", "-o", "json");

        Assert.That(list.Json[2].GetProperty("kind").GetString(), Is.EqualTo("PrimaryReadOnly"));
        Assert.That(regenerate.Output.Trim(), Is.EqualTo(_server.State.Key));
        Assert.That(regenerate.Error, Does.Contain("not shown again"));
        Assert.That(regenerateJson.Json.GetProperty("key").GetString(), Is.EqualTo(_server.State.Key));
        Assert.That(status.Output, Does.Contain("Root key root from file"));
        Assert.That(rotate.Json.GetProperty("isReencrypting").GetBoolean(), Is.True);
    }

    [Test]
    public async Task Connection_NoneNamed_TellsHow()
    {
        CommandLine.Run run = await new CommandLine(null).RunAsync("db", "list");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("--connection-file").And.Contain("NACRE_ENDPOINT"));
    }

    [Test]
    public async Task Connection_NobodyListens_EndsWithThree()
    {
        var nacre = new CommandLine(null);
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { endpoint = "https://127.0.0.1:1", accountKey = new string('A', 88) }));

        CommandLine.Run run = await nacre.RunAsync("db", "list", "--connection-file", file);
        File.Delete(file);

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("Is the server running"));
    }

    [Test]
    public async Task Connection_Untrusted_EndsWithThree()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { endpoint = _server.Endpoint, accountKey = _server.State.Key }));

        CommandLine.Run run = await new CommandLine(null).RunAsync("db", "list", "--connection-file", file);
        File.Delete(file);

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.StartWith(nameof(NacreErrorCode.ServerUntrusted)));
    }

    [Test]
    public async Task Version_Always_IsPrinted()
    {
        CommandLine.Run run = await _nacre.RunAsync("--version");

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Does.Match(@"^\d+\.\d+\.\d+"));
    }

    [TestCase("nacre im", "import")]
    [TestCase("nacre db list --out", "--output")]
    [TestCase("nacre db list --output ", "json", "table")]
    [TestCase("nacre keys regenerate sec", "secondary", "secondary-read-only")]
    public async Task Completion_Beginning_IsSuggested(string typed, params string[] suggestions)
    {
        CommandLine.Run run = await _nacre.RunAsync($"[suggest:{typed.Length}]", typed);

        Assert.That(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), Is.EqualTo(suggestions));
    }

    private async Task MakeAsync()
    {
        await _nacre.RunAsync("db", "create", "world");
        await _nacre.RunAsync("container", "create", "world", "cities", "--partition-key", "/country");
    }
}
