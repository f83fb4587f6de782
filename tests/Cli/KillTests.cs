using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Nacre.Cli.Quickstart;
using Nacre.Client;

namespace Nacre.Cli.Tests;

/// <summary>
/// The cities go in while the server is killed at random moments, by SIGKILL: what was acknowledged is there each time,
/// and nothing is there that was never sent.
/// </summary>
[TestFixture]
public sealed class KillTests
{
    private const int SpreadMs = 800;

    private string _folder = "";
    private List<byte[]> _lines = [];
    private Dictionary<string, byte[]> _documents = [];

    [SetUp]
    public void ReadCities()
    {
        _folder = Directory.CreateTempSubdirectory("nacre-kill-").FullName;
        using Stream packed = typeof(CliProgram).Assembly.GetManifestResourceStream("cities.jsonl.gz")!;
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        _lines = [];
        _documents = [];
        while (reader.ReadLine() is { } line)
        {
            byte[] document = Encoding.UTF8.GetBytes(line);
            _lines.Add(document);
            _documents.Add(IdOf(document), document);
        }
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public Task Import_ServerKilledTenTimes_LosesNothingAcknowledged() => RunAsync(rounds: 10);

    [Test]
    [Category("Long")]
    public Task Import_ServerKilledHundredTimes_LosesNothingAcknowledged() => RunAsync(rounds: 100);

    private async Task RunAsync(int rounds)
    {
        Assert.That(_lines, Has.Count.EqualTo(171_075));
        // Shared out so that kills fall all over the file, and are over before it ends.
        int perRound = _lines.Count * 9 / 10 / rounds;
        var acknowledged = new HashSet<string>(StringComparer.Ordinal);
        Random random = TestContext.CurrentContext.Random;
        for (int round = 0; round < rounds; round++)
        {
            await using ServerProcess server = await StartAsync();
            await using NacreClient client = Connect(maxRetries: 0);
            if (round == 0)
            {
                Database database = await client.CreateDatabaseAsync("world");
                await database.CreateContainerAsync("cities", new ContainerSettings("/country"));
            }

            await CheckAsync(client, acknowledged, $"round {round}");
            using var killer = new Timer(_ => server.Kill(), null, random.Next(SpreadMs), Timeout.Infinite);
            await ImportAsync(client, _lines.Skip(round * perRound), acknowledged);
        }

        await using ServerProcess last = await StartAsync();
        await using NacreClient rest = Connect(maxRetries: 8);
        await CheckAsync(rest, acknowledged, "after the last kill");
        await ImportAsync(rest, _lines.Where(line => !acknowledged.Contains(IdOf(line))), acknowledged);
        int count = await CheckAsync(rest, acknowledged, "at the end");

        Assert.That(count, Is.EqualTo(_lines.Count));
        await last.StopAsync(default);
    }

    /// <summary>Writes lines until they are in, or until the server is gone; then what is under way is still seen.</summary>
    private static async Task ImportAsync(NacreClient client, IEnumerable<byte[]> lines, HashSet<string> acknowledged)
    {
        bool isGone = false;
        List<string> sent = [];
        await foreach (BulkResult result in client.GetContainer("world", "cities").Bulk.WriteJsonAsync(Source()))
        {
            if (result.IsOk)
            {
                acknowledged.Add(sent[(int)result.Index]);
            }
            else
            {
                Assert.That(result.Error.IsTransient, Is.True, result.Error.ToString());
                isGone = true;
            }
        }

        async IAsyncEnumerable<ReadOnlyMemory<byte>> Source()
        {
            await Task.CompletedTask;
            foreach (byte[] line in lines)
            {
                if (isGone)
                {
                    break;
                }

                sent.Add(IdOf(line));
                yield return line;
            }
        }
    }

    /// <summary>Reads all that is there: each document as it was sent, partition by partition in the order of ids.</summary>
    /// <returns>How many there are.</returns>
    private async Task<int> CheckAsync(NacreClient client, HashSet<string> acknowledged, string when)
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        var partitions = new HashSet<string>(StringComparer.Ordinal);
        string partition = "";
        string before = "";
        await foreach (Item<ReadOnlyMemory<byte>> item in client.GetContainer("world", "cities").ListJson(new ListOptions { PageSize = 1000 }))
        {
            string id = IdOf(item.Value);
            if (!item.Value.Span.SequenceEqual(_documents[id]))
            {
                Assert.Fail($"{when}: {id} reads {Encoding.UTF8.GetString(item.Value.Span)}");
            }

            string country = id[..2];
            if (country != partition)
            {
                Assert.That(partitions.Add(country), Is.True, $"{when}: {country} comes in two parts");
                partition = country;
                before = "";
            }

            Assert.That(string.CompareOrdinal(id, before), Is.Positive, $"{when}: {id} after {before}");
            before = id;
            there.Add(id);
        }

        Assert.That(acknowledged.Where(id => !there.Contains(id)), Is.Empty, when);
        return there.Count;
    }

    private Task<ServerProcess> StartAsync() => ServerProcess.StartAsync(
        [
            "--dev", "--data", Path.Combine(_folder, "data"), "--listen", "127.0.0.1:0", "--shards", "2",
            "--connection-file", Path.Combine(_folder, "connection.json"),
        ],
        Path.Combine(_folder, "configuration"),
        default);

    private NacreClient Connect(int maxRetries) => new(
        NacreConnection.Load(Path.Combine(_folder, "connection.json")), new NacreClientOptions { MaxRetries = maxRetries });

    private static string IdOf(ReadOnlyMemory<byte> document)
    {
        using JsonDocument json = JsonDocument.Parse(document);
        return json.RootElement.GetProperty("id").GetString()!;
    }
}
