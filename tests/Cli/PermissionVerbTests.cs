using Nacre.Core.Errors;
using Nacre.Server.Hosting;
using Nacre.Server.Options;

namespace Nacre.Cli.Tests;

/// <summary>Users, permissions and tokens from the command line, against a whole node.</summary>
[TestFixture]
public sealed class PermissionVerbTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nacre-test-").FullName;
    private NacreNode _node = null!;
    private CommandLine _nacre = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Environment.SetEnvironmentVariable("PERMISSION_TEST_ROOT_KEY", Convert.ToBase64String(new byte[32]));
        string connection = Path.Combine(_folder, "connection.json");
        Result<NacreNode> started = await NacreNode.StartAsync(
            new NodeOptions
            {
                Data = Path.Combine(_folder, "data"), Listen = "127.0.0.1:0", RootKey = "env:PERMISSION_TEST_ROOT_KEY", Shards = 1,
                MemoryBudgetBytes = 64L << 20, ConnectionFile = connection,
            },
            new NodeEnvironment(), default);
        Assert.That(started.Error, Is.Null);
        _node = started.Value;
        _nacre = new CommandLine(null) { Variables = { ["NACRE_CONNECTION_FILE"] = connection } };
        foreach (string command in (string[])
            [
                "db create shop", "container create shop orders -p /customer",
                """item create shop orders {"id":"1","customer":"ann"}""", """item create shop orders {"id":"2","customer":"bob"}""",
                "user create shop ann",
            ])
        {
            await DoneAsync(command.Split(' '));
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [SetUp]
    public void AsTheOwner() => _nacre.Variables.Remove("NACRE_TOKEN");

    [Test]
    public async Task User_Verbs_Work()
    {
        CommandLine.Run create = await DoneAsync("user", "create", "shop", "bob", "-o", "json");
        CommandLine.Run list = await DoneAsync("user", "list", "shop");
        CommandLine.Run again = await _nacre.RunAsync("user", "create", "shop", "bob");
        CommandLine.Run get = await DoneAsync("user", "get", "shop", "bob", "-o", "json");
        CommandLine.Run delete = await DoneAsync("user", "delete", "shop", "bob", "--if-match", create.Json.GetProperty("eTag").GetString()!);

        Assert.That(list.Output, Does.Contain("ann").And.Contain("bob"));
        Assert.That(again.ExitCode, Is.EqualTo(1));
        Assert.That(again.Error, Does.StartWith("AlreadyExists"));
        Assert.That(get.Output, Is.EqualTo(create.Output));
        Assert.That(delete.Output, Does.Contain("Deleted bob."));
    }

    [Test]
    public async Task Permission_FromItsCreationToItsEnd_OpensWhatItSaysToItsToken()
    {
        CommandLine.Run create = await DoneAsync(
            "permission", "create", "shop", "ann", "own-orders", "--mode", "all", "--resource", "dbs/shop/colls/orders", "--partition-key", "ann", "-o", "json");
        CommandLine.Run list = await DoneAsync("permission", "list", "shop", "ann");
        CommandLine.Run token = await DoneAsync("permission", "token", "shop", "ann", "own-orders", "--lifetime", "600");
        CommandLine.Run tokenJson = await DoneAsync("permission", "token", "shop", "ann", "own-orders", "-o", "json");

        _nacre.Variables["NACRE_TOKEN"] = token.Output.Trim();
        CommandLine.Run own = await DoneAsync("item", "get", "shop", "orders", "1", "-p", "ann");
        CommandLine.Run write = await DoneAsync("item", "create", "shop", "orders", """{"id":"3","customer":"ann"}""");
        CommandLine.Run seen = await DoneAsync("item", "list", "shop", "orders", "-o", "json");
        CommandLine.Run others = await _nacre.RunAsync("item", "get", "shop", "orders", "2", "-p", "bob");
        CommandLine.Run absent = await _nacre.RunAsync("item", "get", "shop", "nothing", "2", "-p", "bob");
        CommandLine.Run database = await _nacre.RunAsync("db", "list");
        AsTheOwner();
        await DoneAsync("permission", "replace", "shop", "ann", "own-orders", "--mode", "read", "--resource", "dbs/shop/colls/orders", "--partition-key", "ann");
        CommandLine.Run get = await DoneAsync("permission", "get", "shop", "ann", "own-orders", "-o", "json");
        _nacre.Variables["NACRE_TOKEN"] = token.Output.Trim();
        CommandLine.Run withdrawn = await _nacre.RunAsync("item", "get", "shop", "orders", "1", "-p", "ann");
        AsTheOwner();
        await DoneAsync("permission", "delete", "shop", "ann", "own-orders");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(create.Json.GetProperty("mode").GetString(), Is.EqualTo("All"));
            Assert.That(create.Json.GetProperty("partitionKey").GetString(), Is.EqualTo("[\"ann\"]"));
            Assert.That(list.Output, Does.Contain("own-orders"));
            Assert.That(token.Error, Does.Contain("Good until"));
            Assert.That(tokenJson.Json.GetProperty("expiresAt").GetDateTimeOffset(), Is.EqualTo(DateTimeOffset.UtcNow.AddHours(1)).Within(TimeSpan.FromMinutes(1)));
            Assert.That(own.Output, Does.Contain("\"customer\":\"ann\""));
            Assert.That(write.ExitCode, Is.Zero);
            Assert.That(seen.Json.GetProperty("items").GetArrayLength(), Is.EqualTo(2));
            Assert.That(others.ExitCode, Is.EqualTo(1));
            Assert.That(others.Error, Does.StartWith("Forbidden"));
            Assert.That(absent.Error.Split('(')[0], Is.EqualTo(others.Error.Split('(')[0]), "hidden and absent read alike");
            Assert.That(database.Error, Does.StartWith("Forbidden"));
            Assert.That(get.Json.GetProperty("mode").GetString(), Is.EqualTo("Read"));
            Assert.That(withdrawn.Error, Does.StartWith("Unauthenticated"));
        }
    }

    [Test]
    public async Task KeysRotateTokens_Always_TellsTheGeneration()
    {
        CommandLine.Run first = await DoneAsync("keys", "rotate-tokens", "-o", "json");
        CommandLine.Run second = await DoneAsync("keys", "rotate-tokens", "--revoke", "-o", "json");

        Assert.That(second.Json.GetProperty("generation").GetInt64(), Is.EqualTo(first.Json.GetProperty("generation").GetInt64() + 1));
    }

    [TestCase("permission", "create", "shop", "ann", "p", "--resource", "dbs/shop/colls/orders", TestName = "WithoutMode")]
    [TestCase("permission", "create", "shop", "ann", "p", "--mode", "write", "--resource", "dbs/shop/colls/orders", TestName = "UnknownMode")]
    [TestCase("permission", "create", "shop", "ann", "p", "--mode", "read", TestName = "WithoutResource")]
    [TestCase("permission", "token", "shop", "ann", "p", "--lifetime", "10", TestName = "LifetimeTooShort")]
    [TestCase("permission", "token", "shop", "ann", "p", "--token", "x", TestName = "TokenOnTheCommandLine")]
    public async Task WrongUsage_Always_EndsWithTwo(params string[] arguments)
    {
        CommandLine.Run run = await _nacre.RunAsync(arguments);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Output, Is.Empty);
    }

    [Test]
    public async Task Token_ThatIsNone_IsWrongUsageAndNotRepeated()
    {
        _nacre.Variables["NACRE_TOKEN"] = "not-a-token-but-maybe-a-secret";

        CommandLine.Run run = await _nacre.RunAsync("item", "list", "shop", "orders");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("token").And.Not.Contain("maybe-a-secret"));
    }

    private async Task<CommandLine.Run> DoneAsync(params string[] arguments)
    {
        CommandLine.Run run = await _nacre.RunAsync(arguments);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return run;
    }
}
