using System.Security.Cryptography;
using System.Text.Json;
using Nacre.Cli.Quickstart;
using Nacre.Client;
using Nacre.Server.DataFolder;
using Nacre.Storage.Files;

namespace Nacre.Cli.Tests;

/// <summary><c>nacre verify</c> over folders that real servers left, sound and damaged.</summary>
[TestFixture]
public sealed class VerifyTests
{
    private const string RootKeyVariable = "VERIFY_TEST_ROOT_KEY";
    private const int Documents = 400;
    private const int MembersOfEach = 3;

    private readonly CommandLine _nacre = new(null);
    private string _folder = "";
    private string _older = "";
    private string _sound = "";
    private string _data = "";

    [OneTimeSetUp]
    public async Task MakeFoldersAsync()
    {
        Environment.SetEnvironmentVariable(RootKeyVariable, Convert.ToBase64String(new byte[32].Select((_, i) => (byte)i).ToArray()));
        _folder = Directory.CreateTempSubdirectory("nacre-verify-").FullName;
        string made = Path.Combine(_folder, "made");
        _older = Path.Combine(_folder, "older");
        _sound = Path.Combine(_folder, "sound");
        await using (ServerProcess server = await StartAsync(made))
        {
            await using NacreClient client = Connect();
            Database database = await client.CreateDatabaseAsync("db");
            await database.CreateContainerAsync("items", new ContainerSettings("/pk"));
            await WriteAsync(client, 0, Documents / 2);
            await server.StopAsync(default);
        }

        Copy(made, _older);
        await using (ServerProcess server = await StartAsync(made))
        {
            await using NacreClient client = Connect();
            await (await client.CreateDatabaseAsync("db2")).CreateContainerAsync("items", new ContainerSettings("/pk"));
            await WriteAsync(client, Documents / 2, Documents);
            await server.StopAsync(default);
        }

        Copy(made, _sound);
    }

    [OneTimeTearDown]
    public void RemoveFolders() => Directory.Delete(_folder, recursive: true);

    [SetUp]
    public void CopySound()
    {
        _data = Path.Combine(_folder, $"copy-{Guid.NewGuid():n}");
        Copy(_sound, _data);
    }

    [TearDown]
    public void RemoveCopy() => Directory.Delete(_data, recursive: true);

    [Test]
    public async Task Verify_AfterCleanStop_FindsNothingAndChangesNothing()
    {
        string before = Fingerprint();

        CommandLine.Run run = await VerifyAsync("-o", "json");
        CommandLine.Run table = await VerifyAsync();

        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
        Assert.That(run.Error, Is.Empty);
        Assert.That(run.Json.GetProperty("isSound").GetBoolean(), Is.True);
        Assert.That(run.Json.GetProperty("stoppedCleanly").GetBoolean(), Is.True);
        Assert.That(run.Json.GetProperty("damage").GetArrayLength(), Is.Zero);
        Assert.That(run.Json.GetProperty("notes").GetArrayLength(), Is.Zero, run.Output);
        Assert.That(run.Json.GetProperty("documents").GetInt64(), Is.EqualTo(Documents));
        Assert.That(run.Json.GetProperty("indexEntries").GetInt64(), Is.EqualTo((2 + MembersOfEach) * Documents), "item, change, and one of each path");
        Assert.That(run.Json.GetProperty("files").GetInt32(), Is.EqualTo(Files().Length + 1));
        Assert.That(run.Json.GetProperty("blocks").GetInt64(), Is.Positive);
        Assert.That(run.Json.GetProperty("frames").GetInt64(), Is.Positive);
        Assert.That(table.ExitCode, Is.Zero);
        Assert.That(table.Output, Does.Contain($"{Documents} documents").And.EndsWith("No damage.\n"));
        Assert.That(Fingerprint(), Is.EqualTo(before));
    }

    [Test]
    public async Task Verify_AfterKill_FindsNothingAndTellsWhatItCannot()
    {
        await using (ServerProcess server = await StartAsync(_data))
        {
            await using NacreClient client = Connect();
            await WriteAsync(client, Documents, Documents + 20);
            server.Kill();
        }

        string before = Fingerprint();
        CommandLine.Run run = await VerifyAsync("-o", "json");

        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
        Assert.That(run.Json.GetProperty("stoppedCleanly").GetBoolean(), Is.False);
        Assert.That(run.Json.GetProperty("notes").EnumerateArray().Select(note => note.GetProperty("what").GetString()),
            Has.Some.Contains("cannot be told"));
        Assert.That(Fingerprint(), Is.EqualTo(before));
    }

    [Test]
    public async Task Verify_ByteFlippedInAnyFile_NamesTheFile()
    {
        foreach (string file in Files())
        {
            byte[] content = await File.ReadAllBytesAsync(file);
            content[content.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(file, content);

            CommandLine.Run run = await VerifyAsync("-o", "json");

            Assert.That(run.ExitCode, Is.EqualTo(4), $"{file}: {run.Output}{run.Error}");
            Assert.That(Damage(run), Has.Some.Contains(file), run.Output);
            content[content.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(file, content);
        }
    }

    [Test]
    public async Task Verify_AnyFileMissing_IsDamage()
    {
        foreach (string file in Files().Where(file => Path.GetFileName(file) != "node"))
        {
            string aside = Path.Combine(_folder, "aside");
            File.Move(file, aside);

            CommandLine.Run run = await VerifyAsync("-o", "json");

            Assert.That(run.ExitCode, Is.EqualTo(4), $"{file}: {run.Output}{run.Error}");
            Assert.That(Damage(run), Has.Some.Contains(Path.GetDirectoryName(file)!), run.Output);
            File.Move(aside, file);
        }
    }

    [TestCase("log")]
    [TestCase("shards/0")]
    [TestCase("shards/1")]
    public async Task Verify_OlderFilesPutBack_IsDamage(string part)
    {
        string there = Path.Combine(_data, part);
        Directory.Delete(there, recursive: true);
        Copy(Path.Combine(_older, part), there);

        CommandLine.Run run = await VerifyAsync("-o", "json");

        Assert.That(run.ExitCode, Is.EqualTo(4), run.Output);
        Assert.That(Damage(run), Has.Some.Contains(there).And.Contain("older copy"), run.Output);
    }

    [TestCase("log/stray")]
    [TestCase("shards/1/stray.seg")]
    [TestCase("shards/0/stray")]
    [TestCase("keys/stray")]
    [TestCase("shards/99/stray")]
    public async Task Verify_FileThatBelongsToNothing_IsDamage(string stray)
    {
        string path = Path.Combine(_data, stray);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "x");

        CommandLine.Run run = await VerifyAsync();

        Assert.That(run.ExitCode, Is.EqualTo(4), run.Output);
        Assert.That(run.Output, Does.Contain(stray.StartsWith("shards/99", StringComparison.Ordinal) ? Path.GetDirectoryName(path) : path));
        Assert.That(run.Output, Does.EndWith("Damage in 1 places.\n"));
    }

    [Test]
    public async Task Verify_OperatorsFileInTheTopFolder_IsANote()
    {
        await File.WriteAllTextAsync(Path.Combine(_data, "connection.json"), "{}");

        CommandLine.Run run = await VerifyAsync();

        Assert.That(run.ExitCode, Is.Zero, run.Output);
        Assert.That(run.Output, Does.Contain("note: ").And.Contain("connection.json"));
    }

    [Test]
    public async Task Verify_ServerRunning_IsRefused()
    {
        await using ServerProcess server = await StartAsync(_data);

        CommandLine.Run run = await VerifyAsync();

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Is.Empty);
        Assert.That(run.Error, Does.StartWith("Unavailable: ").And.Contain("stop the server"));
    }

    [Test]
    public async Task Verify_WrongRootKey_EndsWithTwo()
    {
        Environment.SetEnvironmentVariable("VERIFY_TEST_OTHER_KEY", Convert.ToBase64String(new byte[32]));

        CommandLine.Run run = await _nacre.RunAsync("verify", "--data", _data, "--root-key", "env:VERIFY_TEST_OTHER_KEY");

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Output);
        Assert.That(run.Error, Does.StartWith("RootKeyWrong: "));
    }

    [Test]
    public async Task Server_OverAFolderThatWasFoundToBeOlder_EndsWithFive_AndVerifySaysSo()
    {
        var folder = new NodeFolder(PosixFileSystem.Instance, _data);
        folder.Write(folder.Read().Value with { State = NodeState.OlderCopy, Points = [] });

        CommandLine.Run server = await _nacre.RunAsync("server", "--data", _data, "--root-key", $"env:{RootKeyVariable}", "--listen", "127.0.0.1:0");
        CommandLine.Run verify = await VerifyAsync();

        Assert.That(server.ExitCode, Is.EqualTo(5), server.Error);
        Assert.That(server.Error, Does.Contain("OlderCopy: ").And.Contain("nacre node remove 1"));
        Assert.That(folder.Read().Value.State, Is.EqualTo(NodeState.OlderCopy));
        Assert.That(verify.ExitCode, Is.Zero, verify.Output);
        Assert.That(verify.Output, Does.Contain("no node starts over it again"));
    }

    [Test]
    public async Task Verify_NoDataFolder_EndsWithTwo()
    {
        CommandLine.Run run = await _nacre.RunAsync("verify", "--data", Path.Combine(_folder, "nothing"), "--root-key", $"env:{RootKeyVariable}");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.StartWith("NotFound: ").And.Contain("no data folder"));
        Assert.That(Directory.Exists(Path.Combine(_folder, "nothing")), Is.False);
    }

    private Task<CommandLine.Run> VerifyAsync(params string[] more) =>
        _nacre.RunAsync(["verify", "--data", _data, "--root-key", $"env:{RootKeyVariable}", .. more]);

    private static List<string> Damage(CommandLine.Run run) =>
    [
        .. run.Json.GetProperty("damage").EnumerateArray()
            .Select(one => $"{one.GetProperty("file").GetString()}, {one.GetProperty("place").GetString()}: {one.GetProperty("what").GetString()}"),
    ];

    /// <summary>Every file but the lock, which says nothing.</summary>
    private string[] Files() =>
        [.. Directory.GetFiles(_data, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock").Order(StringComparer.Ordinal)];

    private string Fingerprint() => string.Join('\n', Directory.GetFiles(_data, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .Select(file => $"{file} {File.GetLastWriteTimeUtc(file):O} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"));

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static async Task WriteAsync(NacreClient client, int from, int to)
    {
        Container items = client.GetContainer("db", "items");
        IEnumerable<ReadOnlyMemory<byte>> documents = Enumerable.Range(from, to - from).Select(number =>
            new ReadOnlyMemory<byte>(JsonSerializer.SerializeToUtf8Bytes(new { id = $"{number}", pk = $"{number % 17}", text = new string('x', number % 300) })));
        await foreach (BulkResult result in items.Bulk.WriteJsonAsync(Source()))
        {
            Assert.That(result.IsOk, Is.True, result.Error?.Message);
        }

        async IAsyncEnumerable<ReadOnlyMemory<byte>> Source()
        {
            await Task.CompletedTask;
            foreach (ReadOnlyMemory<byte> document in documents)
            {
                yield return document;
            }
        }
    }

    private Task<ServerProcess> StartAsync(string data) => ServerProcess.StartAsync(
        [
            "--root-key", $"env:{RootKeyVariable}", "--data", data, "--listen", "127.0.0.1:0", "--shards", "2",
            "--connection-file", Path.Combine(_folder, "connection.json"),
        ],
        Path.Combine(_folder, "configuration"),
        default);

    private NacreClient Connect() => new(NacreConnection.Load(Path.Combine(_folder, "connection.json")), new NacreClientOptions { MaxRetries = 3 });
}
