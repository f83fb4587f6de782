using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Nacre.Core.Errors;
using Nacre.Server.Hosting;
using Nacre.Server.Options;

namespace Nacre.Cli.Tests;

/// <summary>Nodes from the command line: made, joined, listed, drained, removed.</summary>
[TestFixture]
public sealed class NodeVerbTests
{
    private const string RootKey = "NODE_TEST_ROOT_KEY";

    private readonly string _folder = Directory.CreateTempSubdirectory("nacre-test-").FullName;
    private NacreNode _node = null!;
    private CommandLine _nacre = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Environment.SetEnvironmentVariable(RootKey, Convert.ToBase64String(new byte[32]));
        string connection = Path.Combine(_folder, "connection.json");
        var first = new CommandLine(null);
        CommandLine.Run made = await first.RunAsync("node", "init", "--data", At("first"), "--root-key", $"env:{RootKey}", "--shards", "2", "-o", "json");
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        Assert.That(made.Json.GetProperty("clusterId").GetString(), Does.Match("^[0-9a-f]{32}$"));
        Assert.That(made.Json.GetProperty("dataShards").GetInt32(), Is.EqualTo(2));
        Result<NacreNode> started = await NacreNode.StartAsync(
            new NodeOptions
            {
                Data = At("first"), Listen = "127.0.0.1:0", NodeListen = "127.0.0.1:0", RootKey = $"env:{RootKey}",
                MemoryBudgetBytes = 64L << 20, ConnectionFile = connection,
            },
            new NodeEnvironment(), default);
        Assert.That(started.Error, Is.Null);
        _node = started.Value;
        _nacre = new CommandLine(null) { Variables = { ["NACRE_CONNECTION_FILE"] = connection } };
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Init_OfAFolderThatIsANodes_IsRefused()
    {
        CommandLine.Run again = await _nacre.RunAsync("node", "init", "--data", At("first"), "--root-key", $"env:{RootKey}");

        Assert.That(again.ExitCode, Is.EqualTo(1));
        Assert.That(again.Error, Does.StartWith("AlreadyExists"));
    }

    [Test]
    public async Task Join_FromTokenToRemoval_IsShownByList()
    {
        CommandLine.Run token = await DoneAsync("node", "token", "--ttl", "10m");
        Assert.That(token.Output.Trim(), Does.StartWith("nacre-join-1.").And.Not.Contain(" "));
        Assert.That(token.Error, Does.Contain("Good until"));
        string nodeAddress = FreeAddress();
        CommandLine.Run joined = await DoneAsync(
            "node", "join", "--data", At("second"), "--root-key", $"env:{RootKey}", "--server", _node.Endpoint.ToString(),
            "--token", token.Output.Trim(), "--node-address", nodeAddress, "--listen", FreeAddress(), "--learner", "-o", "json");
        int id = joined.Json.GetProperty("node").GetInt32();
        CommandLine.Run list = await DoneAsync("node", "list");
        CommandLine.Run drained = await DoneAsync("node", "drain", $"{id}", "-o", "json");
        CommandLine.Run resumed = await DoneAsync("node", "resume", $"{id}", "-o", "json");
        CommandLine.Run promoted = await DoneAsync("node", "promote", $"{id}", "-o", "json");
        CommandLine.Run removed = await DoneAsync("node", "remove", $"{id}", "-o", "json");
        CommandLine.Run last = await _nacre.RunAsync("node", "remove", "1");
        CommandLine.Run none = await _nacre.RunAsync("node", "drain", "99");
        JsonElement listed = (await DoneAsync("node", "list", "-o", "json")).Json;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(list.Output, Does.Contain("NODE ADDRESS").And.Contain(nodeAddress).And.Contain("Learner"));
            Assert.That(drained.Json.GetProperty("state").GetString(), Is.EqualTo("Draining"));
            Assert.That(resumed.Json.GetProperty("state").GetString(), Is.EqualTo("Active"));
            Assert.That(promoted.Json.GetProperty("kind").GetString(), Is.EqualTo("Voter"));
            Assert.That(removed.Json.GetProperty("state").GetString(), Is.EqualTo("Removed"));
            Assert.That(last.ExitCode, Is.EqualTo(1));
            Assert.That(last.Error, Does.StartWith("PreconditionFailed").And.Contain("last active"));
            Assert.That(none.Error, Does.StartWith("NotFound").And.Contain("nacre node list"));
            Assert.That(listed.EnumerateArray().Select(node => node.GetProperty("state").GetString()), Is.EqualTo(new[] { "Active", "Removed" }));
        }
    }

    [Test]
    public async Task Join_WithATokenOfTheEnvironmentThatWasWithdrawn_IsRefused()
    {
        CommandLine.Run token = await DoneAsync("node", "token", "-o", "json");
        await DoneAsync("node", "withdraw-token", token.Json.GetProperty("id").GetString()!);
        var joining = new CommandLine(null) { Variables = { ["NACRE_JOIN_TOKEN"] = token.Json.GetProperty("token").GetString()! } };

        CommandLine.Run joined = await joining.RunAsync(Join(At("third"), FreeAddress()));

        Assert.That(joined.ExitCode, Is.EqualTo(1));
        Assert.That(joined.Error, Does.StartWith("Unauthenticated").And.Contain("nacre node token"));
    }

    [Test]
    public async Task Join_WithoutATokenOrWithABadAddress_IsWrongUsage()
    {
        var withToken = new CommandLine(null) { Variables = { ["NACRE_JOIN_TOKEN"] = "nonsense" } };

        CommandLine.Run noToken = await new CommandLine(null).RunAsync(Join(At("fourth"), FreeAddress()));
        CommandLine.Run badToken = await withToken.RunAsync(Join(At("fourth"), FreeAddress()));
        CommandLine.Run anywhere = await withToken.RunAsync(Join(At("fourth"), "0.0.0.0:7000"));
        CommandLine.Run badServer = await withToken.RunAsync([.. Join(At("fourth"), FreeAddress()).Select(argument => argument.Replace("https://", "http://", StringComparison.Ordinal))]);

        Assert.That(new[] { noToken.ExitCode, badToken.ExitCode, anywhere.ExitCode, badServer.ExitCode }, Is.All.EqualTo(2));
        Assert.That(noToken.Error, Does.Contain("NACRE_JOIN_TOKEN"));
        Assert.That(badToken.Error, Does.StartWith("Malformed"));
        Assert.That(anywhere.Error, Does.Contain("all interfaces"));
        Assert.That(badServer.Error, Does.Contain("https://HOST:PORT"));
    }

    [TestCase("1x")]
    [TestCase("m")]
    [TestCase("0s")]
    [TestCase("-1h")]
    public async Task Token_WithATimeThatIsNone_IsWrongUsage(string time)
    {
        CommandLine.Run token = await _nacre.RunAsync("node", "token", $"--ttl={time}");

        Assert.That(token.ExitCode, Is.EqualTo(2));
        Assert.That(token.Error, Does.Contain("10m"));
    }

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    private string[] Join(string data, string nodeAddress) =>
    [
        "node", "join", "--data", data, "--root-key", $"env:{RootKey}", "--server", _node.Endpoint.ToString(), "--node-address", nodeAddress, "--listen", FreeAddress(),
    ];

    private string At(string name) => Path.Combine(_folder, name);

    private async Task<CommandLine.Run> DoneAsync(params string[] arguments)
    {
        CommandLine.Run run = await _nacre.RunAsync(arguments);
        Assert.That(run.ExitCode, Is.Zero, $"{string.Join(' ', arguments)}: {run.Error}");
        return run;
    }
}
