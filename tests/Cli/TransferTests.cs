using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Nacre.Client;
using Nacre.Client.Tests.Fakes;

namespace Nacre.Cli.Tests;

/// <summary>Import and export: what goes in, what is kept aside, and going on after an interruption.</summary>
[TestFixture]
public sealed class TransferTests
{
    private FakeServer _server = null!;
    private CommandLine _nacre = null!;
    private string _folder = "";

    [SetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("nacre-transfer-").FullName;
        _server = await FakeServer.StartAsync();
        _server.State.CreateDatabase("world");
        _server.State.CreateContainer(new() { Database = "world", Name = "cities", PartitionKeyPaths = { "/country" } });
        _nacre = new CommandLine(_server);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Import_WholeFile_AllGoIn(bool pack)
    {
        string file = WriteFile(Lines(0, 1000), pack);

        CommandLine.Run run = await ImportAsync(file);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Json.GetProperty("written").GetInt64(), Is.EqualTo(1000));
        Assert.That(_server.State.Executed, Is.EqualTo(1000));
        Assert.That(Directory.GetFiles(_folder), Is.EqualTo(new[] { file }), "neither state nor rejects are left");
    }

    [Test]
    public async Task Import_ForPeople_SaysSo()
    {
        CommandLine.Run run = await _nacre.RunAsync("import", "world", "cities", WriteFile(Lines(0, 10)));

        Assert.That(run.Output, Does.StartWith("Imported 10 items in "));
    }

    [Test]
    public async Task Import_BadLines_AreKeptAndTheRestGoesIn()
    {
        string file = WriteFile(["""{"id":"a","country":"AD"}""", "{broken", "", "\uFEFF", """{"id":"b","country":"AD"}""", "[1]"]);
        byte[] latin1 = [.. File.ReadAllBytes(file), (byte)'{', 0xE9, (byte)'\n'];
        await File.WriteAllBytesAsync(file, latin1);

        CommandLine.Run run = await ImportAsync(file);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Json.GetProperty("written").GetInt64(), Is.EqualTo(2));
        Assert.That(run.Json.GetProperty("rejected").GetInt64(), Is.EqualTo(4));
        Assert.That(run.Error, Does.Contain("line 2: Malformed").And.Contain("line 6: Malformed"));
        JsonElement[] rejects = [.. File.ReadLines(file + ".rejects.jsonl").Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.That(rejects.Select(reject => reject.GetProperty("line").GetInt64()), Is.EqualTo(new long[] { 2, 4, 6, 7 }));
        Assert.That(rejects[0].GetProperty("text").GetString(), Is.EqualTo("{broken"));
        Assert.That(rejects[3].GetProperty("base64").GetBytesFromBase64(), Is.EqualTo(new byte[] { (byte)'{', 0xE9 }));
    }

    [Test]
    public async Task Import_CreateMode_RejectsWhatIsThere()
    {
        string file = WriteFile(Lines(0, 5));
        await ImportAsync(WriteFile(Lines(3, 1), name: "first.jsonl"));

        CommandLine.Run run = await ImportAsync(file, "--mode", "create");

        Assert.That(run.Json.GetProperty("written").GetInt64(), Is.EqualTo(4));
        Assert.That(run.Error, Does.Contain("line 4: AlreadyExists"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Import_ServerFailsMidway_GoesOnAfterTheAcknowledged(bool pack)
    {
        string file = WriteFile([.. Lines(0, 700), "{broken", .. Lines(700, 1300)], pack);
        _server.State.Stream.MaxOpen = 50;
        _server.State.RefuseOperation = _ => _server.State.Executed >= 1000 ? FakeState.Error(NacreErrorCode.Forbidden) : null;
        CommandLine.Run first = await ImportAsync(file);
        int executed = _server.State.Executed;
        JsonElement state = JsonDocument.Parse(File.ReadAllText(file + ".import-state.json")).RootElement;
        _server.State.RefuseOperation = _ => null;

        CommandLine.Run second = await ImportAsync(file);

        Assert.That(first.ExitCode, Is.EqualTo(1));
        Assert.That(first.Error, Does.Contain("The same command goes on from there."));
        Assert.That(state.GetProperty("written").GetInt64(), Is.InRange(executed - 50, executed));
        Assert.That(second.Error, Does.Contain("Going on after line"));
        Assert.That(second.ExitCode, Is.EqualTo(1), "a line of the first run was rejected");
        Assert.That(second.Json.GetProperty("written").GetInt64(), Is.EqualTo(2000), $"{second.Output} {state} {File.ReadAllText(file + ".rejects.jsonl")}");
        Assert.That(second.Json.GetProperty("rejected").GetInt64(), Is.EqualTo(1));
        Assert.That(second.Json.GetProperty("resumed").GetBoolean(), Is.True);
        Assert.That(_server.State.Executed, Is.InRange(2000, 2050), "no more than what was under way is written twice");
        Assert.That(File.Exists(file + ".import-state.json"), Is.False);
        Assert.That(await CountAsync(), Is.EqualTo(2000));
    }

    [Test]
    public async Task Import_Interrupted_KeepsItsState()
    {
        string file = WriteFile(Lines(0, 2000));
        using var interrupt = new CancellationTokenSource();
        _server.State.Stream.MaxOpen = 50;
        _server.State.Stream.BeforeBatch = (_, _) =>
        {
            if (_server.State.Executed >= 500)
            {
                interrupt.Cancel();
            }

            return Task.CompletedTask;
        };

        CommandLine.Run first = await _nacre.RunWithInputAsync("", interrupt.Token, "import", "world", "cities", file);
        _server.State.Stream.BeforeBatch = (_, _) => Task.CompletedTask;
        CommandLine.Run second = await ImportAsync(file);

        Assert.That(first.ExitCode, Is.EqualTo(1));
        Assert.That(second.ExitCode, Is.Zero, second.Error);
        Assert.That(second.Json.GetProperty("lines").GetInt64(), Is.EqualTo(2000));
        Assert.That(await CountAsync(), Is.EqualTo(2000));
    }

    [Test]
    public async Task Import_StateOfAnotherFile_IsRefused()
    {
        string file = WriteFile(Lines(0, 10));
        await ImportAsync(file);
        _server.State.RefuseOperation = _ => FakeState.Error(NacreErrorCode.Forbidden);
        await ImportAsync(file);
        _server.State.RefuseOperation = _ => null;
        WriteFile(Lines(0, 11));

        CommandLine.Run refused = await ImportAsync(file);
        CommandLine.Run restarted = await ImportAsync(file, "--restart");

        Assert.That(refused.ExitCode, Is.EqualTo(2));
        Assert.That(refused.Error, Does.Contain("--restart"));
        Assert.That(restarted.ExitCode, Is.Zero, restarted.Error);
    }

    [Test]
    public async Task Import_StandardInput_GoesIn()
    {
        CommandLine.Run run = await _nacre.RunWithInputAsync(string.Join('\n', Lines(0, 3)), default, "import", "world", "cities", "-");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(_server.State.Executed, Is.EqualTo(3));
    }

    [Test]
    public async Task Import_InputThatComesWhileResultsDo_IsCountedRight()
    {
        // Each read ends on a thread of its own, beside the one that sees results.
        await using var input = new DribblingStream(Pack(Lines(0, 20_000), pack: false), pieceBytes: 200);

        CommandLine.Run run = await _nacre.RunWithInputAsync(input, default, "import", "world", "cities", "-", "-o", "json");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Json.GetProperty("written").GetInt64(), Is.EqualTo(20_000));
        Assert.That(_server.State.Executed, Is.EqualTo(20_000));
    }

    [Test]
    public async Task Import_ContainerNotThere_EndsWithOne()
    {
        CommandLine.Run run = await _nacre.RunAsync("import", "world", "nowhere", WriteFile(Lines(0, 1)));

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.StartWith("NotFound"));
    }

    [TestCase("out.jsonl")]
    [TestCase("out.jsonl.gz")]
    public async Task Export_WholeContainer_ReadsBack(string name)
    {
        await ImportAsync(WriteFile(Lines(0, 2500)));
        string file = Path.Combine(_folder, name);

        CommandLine.Run run = await _nacre.RunAsync("export", "world", "cities", "--output-file", file, "-o", "json");
        CommandLine.Run again = await _nacre.RunAsync("export", "world", "cities", "--output-file", file);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Json.GetProperty("items").GetInt64(), Is.EqualTo(2500));
        Assert.That(ReadFile(file).Order(), Is.EqualTo(Lines(0, 2500).Order()));
        Assert.That(again.ExitCode, Is.EqualTo(2), "a file is not replaced unasked");
    }

    [Test]
    public async Task Export_Partition_GivesOnlyIt()
    {
        await ImportAsync(WriteFile(Lines(0, 10)));
        string file = Path.Combine(_folder, "out.jsonl");

        await _nacre.RunAsync("export", "world", "cities", "-f", file, "-p", "C3");

        Assert.That(ReadFile(file), Is.EqualTo(Lines(3, 1)));
    }

    [Test]
    public async Task Export_DocumentWithLineEnds_TakesOneLine()
    {
        await _nacre.RunAsync("item", "create", "world", "cities", "{\"id\":\"a\",\r\n\"country\":\"AD\"}");

        CommandLine.Run run = await _nacre.RunAsync("export", "world", "cities", "--output-file", "-");

        Assert.That(run.Output, Is.EqualTo("{\"id\":\"a\",  \"country\":\"AD\"}\n"));
    }

    [TestCase("out.jsonl")]
    [TestCase("out.jsonl.gz")]
    public async Task Export_PartAndState_GoesOn(string name)
    {
        // What an export that was killed leaves: a state, and a part file with more than the state says.
        await ImportAsync(WriteFile(Lines(0, 1500)));
        string file = Path.Combine(_folder, name);
        string whole = Path.Combine(_folder, "whole.jsonl");
        await _nacre.RunAsync("export", "world", "cities", "-f", whole);
        string[] lines = ReadFile(whole);
        byte[] done = Pack(lines[..1000], name.EndsWith(".gz", StringComparison.Ordinal));
        await File.WriteAllBytesAsync(file + ".part", [.. done, .. "torn"u8]);
        await File.WriteAllTextAsync(file + ".export-state.json", JsonSerializer.Serialize(new
        {
            version = 1,
            source = new { endpoint = _server.Endpoint.ToString(), database = "world", container = "cities", containerId = 2 },
            partitionKey = Array.Empty<string>(),
            continuation = "1000",
            bytes = done.Length,
            items = 1000,
        }));

        CommandLine.Run run = await _nacre.RunAsync("export", "world", "cities", "-f", file, "-o", "json");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Json.GetProperty("resumed").GetBoolean(), Is.True);
        Assert.That(run.Json.GetProperty("items").GetInt64(), Is.EqualTo(1500));
        Assert.That(ReadFile(file), Is.EqualTo(lines));
        Assert.That(Directory.GetFiles(_folder, "*state*").Concat(Directory.GetFiles(_folder, "*.part")), Is.Empty);
    }

    private Task<CommandLine.Run> ImportAsync(string file, params string[] more) =>
        _nacre.RunAsync(["import", "world", "cities", file, "--output", "json", .. more]);

    private async Task<int> CountAsync()
    {
        CommandLine.Run run = await _nacre.RunAsync("export", "world", "cities", "--output-file", "-");
        return run.Output.Count(character => character == '\n');
    }

    private static string[] Lines(int from, int count) =>
        [.. Enumerable.Range(from, count).Select(i => $$"""{"id":"{{i}}","country":"C{{i % 100}}","name":"{{new string('n', i % 50)}}"}""")];

    private string WriteFile(string[] lines, bool pack = false, string name = "cities.jsonl")
    {
        string file = Path.Combine(_folder, name);
        File.WriteAllBytes(file, Pack(lines, pack));
        return file;
    }

    private static byte[] Pack(string[] lines, bool pack)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        if (!pack)
        {
            return text;
        }

        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(text);
        }

        return packed.ToArray();
    }

    private static string[] ReadFile(string file)
    {
        using FileStream stream = File.OpenRead(file);
        using var reader = new StreamReader(file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
