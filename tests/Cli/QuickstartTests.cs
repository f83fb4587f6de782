using System.Text;
using System.Text.Json;
using Nacre.Cli.Quickstart;

namespace Nacre.Cli.Tests;

/// <summary>The tour, over the real server in processes of its own.</summary>
[TestFixture]
public sealed class QuickstartTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("nacre-quickstart-test-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Quickstart_SomeDocuments_GoesThroughAndLeavesNothing()
    {
        string file = Path.Combine(_folder, "cities.jsonl");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 2000)
            .Select(i => $$"""{"id":"{{i}}","country":"C{{i % 7}}","countryName":"Country {{i % 7}}","name":"Town number {{i}}"}"""));
        string[] before = Directory.GetDirectories(Path.GetTempPath(), "nacre-quickstart-*");

        CommandLine.Run run = await new CommandLine(null).RunAsync("quickstart", "--file", file, "--output", "json");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Json.GetProperty("documents").GetInt64(), Is.EqualTo(2000));
        Assert.That(run.Json.GetProperty("steps").GetArrayLength(), Is.EqualTo(10));
        Assert.That(Directory.GetDirectories(Path.GetTempPath(), "nacre-quickstart-*"), Is.SubsetOf(before));
    }

    [Test]
    public async Task Quickstart_BadLine_EndsWithFour()
    {
        string file = Path.Combine(_folder, "cities.jsonl");
        await File.WriteAllTextAsync(file, "{broken\n");

        CommandLine.Run run = await new CommandLine(null).RunAsync("quickstart", "--file", file);

        Assert.That(run.ExitCode, Is.EqualTo(4));
        Assert.That(run.Error, Does.Contain("1 lines were rejected"));
    }

    [Test]
    public void ClearTextSearch_TextAcrossTwoReads_IsFound()
    {
        // The buffer holds 1 MiB: the text lies over its end.
        byte[] content = new byte[(2 * 1024 * 1024) + 100];
        "needle"u8.CopyTo(content.AsSpan((1024 * 1024) - 3));
        File.WriteAllBytes(Path.Combine(_folder, "a"), content);
        File.WriteAllBytes(Path.Combine(_folder, "b"), new byte[10]);

        ClearTextSearch.Outcome found = ClearTextSearch.Run(_folder, "needle"u8.ToArray());
        ClearTextSearch.Outcome nothing = ClearTextSearch.Run(_folder, "noodle"u8.ToArray());

        Assert.That(found.Found, Is.EqualTo(new[] { Path.Combine(_folder, "a") }));
        Assert.That(found.Files, Is.EqualTo(2));
        Assert.That(nothing.Found, Is.Empty);
    }

    [Test]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Server_EnvironmentRootKey_ServesUntilItIsStopped()
    {
        Environment.SetEnvironmentVariable("CLI_TEST_ROOT_KEY", Convert.ToBase64String(new byte[32]));
        using var stop = new CancellationTokenSource();
        string connection = Path.Combine(_folder, "connection.json");
        using var watcher = new FileSystemWatcher(_folder, "connection.json") { EnableRaisingEvents = true };
        watcher.Renamed += (_, _) => stop.Cancel();

        CommandLine.Run run = await new CommandLine(null).RunWithInputAsync(
            "",
            stop.Token,
            "server", "--data", Path.Combine(_folder, "data"), "--listen", "127.0.0.1:0", "--root-key", "env:CLI_TEST_ROOT_KEY",
            "--connection-file", connection, "--log-level", "Error");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Match(@"^ready https://127\.0\.0\.1:\d+\n$"));
        Assert.That(JsonDocument.Parse(File.ReadAllText(connection)).RootElement.GetProperty("endpoint").GetString(), Is.EqualTo(run.Output[6..].TrimEnd()));
        Assert.That(File.GetUnixFileMode(connection), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task Server_WithoutRootKey_EndsWithTwo()
    {
        CommandLine.Run run = await new CommandLine(null).RunAsync("server", "--data", Path.Combine(_folder, "data"));

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("--root-key"));
        Assert.That(Directory.Exists(Path.Combine(_folder, "data")), Is.False);
    }

    [Test]
    public async Task CreateRoot_PassphraseFile_MakesTheFileOnce()
    {
        string passphrase = Path.Combine(_folder, "passphrase");
        string key = Path.Combine(_folder, "root.key");
        await File.WriteAllTextAsync(passphrase, "correct horse\n");
        var nacre = new CommandLine(null) { Variables = { ["NACRE_ROOT_PASSPHRASE_FILE"] = passphrase } };

        CommandLine.Run made = await nacre.RunAsync("keys", "create-root", key, "-o", "json");
        CommandLine.Run again = await nacre.RunAsync("keys", "create-root", key);
        CommandLine.Run without = await new CommandLine(null).RunAsync("keys", "create-root", key + "2");

        Assert.That(made.ExitCode, Is.Zero, made.Error);
        Assert.That(made.Json.GetProperty("file").GetString(), Is.EqualTo(key));
        Assert.That(Encoding.ASCII.GetString(await File.ReadAllBytesAsync(key), 0, 8), Is.EqualTo("NACRROOT"));
        Assert.That(again.ExitCode, Is.EqualTo(2));
        Assert.That(without.ExitCode, Is.EqualTo(2));
        Assert.That(without.Error, Does.Contain("NACRE_ROOT_PASSPHRASE_FILE"));
    }
}
