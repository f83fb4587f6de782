using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nacre.Cli.Commands;
using Nacre.Cli.Transfer;
using Nacre.Client;

namespace Nacre.Cli.Quickstart;

/// <summary>
/// The tour: a server on a fresh folder, real data in, read, replaced, listed; the folder searched for clear text; the
/// server restarted, and all of it read again.
/// </summary>
/// <remarks>One run.</remarks>
internal sealed class QuickstartTour(Terminal terminal, string? file, Action<string> say) : IAsyncDisposable
{
    private const string Database = "world";
    private const string Cities = "cities";

    private readonly string _folder = Directory.CreateTempSubdirectory("nacre-quickstart-").FullName;
    private readonly string _marker = $"marker-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
    private readonly List<QuickstartStep> _steps = [];
    private NacreClient? _client;
    private string _country = "";
    private string _id = "";
    private string _name = "";
    private byte[] _replaced = [];
    private int _inPartition;

    private string Data => Path.Combine(_folder, "data");

    private string ConnectionFile => Path.Combine(_folder, "connection.json");

    private Container Container => _client!.GetContainer(Database, Cities);

    /// <summary>Goes through all steps.</summary>
    /// <exception cref="CliException">A step failed, or what was read is not what was written.</exception>
    public async Task<QuickstartSummary> RunAsync(CancellationToken cancellationToken)
    {
        long documents;
        await using (ServerProcess server = await StepAsync(
            "Starting a server on a fresh folder", () => StartAsync(cancellationToken), _ => "it serves over TLS, with keys of its own").ConfigureAwait(false))
        {
            documents = await StepAsync(
                "Importing real cities", () => ImportAsync(cancellationToken), count => $"{count.ToString("N0", CultureInfo.InvariantCulture)} documents, each durable when it was acknowledged").ConfigureAwait(false);
            await StepAsync("Reading one", () => ReadAsync(cancellationToken), text => text).ConfigureAwait(false);
            await StepAsync("Replacing it", () => ReplaceAsync(cancellationToken), text => text).ConfigureAwait(false);
            await StepAsync("Listing its country", () => ListAsync(cancellationToken), text => text).ConfigureAwait(false);
            await StepAsync("Searching the folder for clear text", SearchAsync, text => text).ConfigureAwait(false);
            await StepAsync("Stopping the server", () => StopAsync(server, cancellationToken), text => text).ConfigureAwait(false);
        }

        await StepAsync("Searching again, at rest", SearchAsync, text => text).ConfigureAwait(false);
        await using (ServerProcess server = await StepAsync(
            "Starting it again", () => StartAsync(cancellationToken), _ => "it serves").ConfigureAwait(false))
        {
            await StepAsync("Reading again", () => ReadAgainAsync(cancellationToken), text => text).ConfigureAwait(false);
            await StopAsync(server, cancellationToken).ConfigureAwait(false);
        }

        return new QuickstartSummary(_steps, documents);
    }

    /// <summary>Leaves nothing behind.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync().ConfigureAwait(false);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<T> StepAsync<T>(string what, Func<Task<T>> work, Func<T, string> describe)
    {
        long started = terminal.Time.GetTimestamp();
        T result = await work().ConfigureAwait(false);
        double seconds = terminal.Time.GetElapsedTime(started).TotalSeconds;
        _steps.Add(new QuickstartStep(what, describe(result), Math.Round(seconds, 3)));
        say(string.Create(CultureInfo.InvariantCulture, $"{what,-36} {seconds,6:0.00} s  {describe(result)}"));
        return result;
    }

    private async Task<ServerProcess> StartAsync(CancellationToken cancellationToken)
    {
        ServerProcess server = await ServerProcess.StartAsync(
            ["--dev", "--data", Data, "--listen", "127.0.0.1:0", "--connection-file", ConnectionFile],
            Path.Combine(_folder, "configuration"),
            cancellationToken).ConfigureAwait(false);
        _client = new NacreClient(NacreConnection.Load(ConnectionFile));
        return server;
    }

    private async Task<string> StopAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        await _client!.DisposeAsync().ConfigureAwait(false);
        _client = null;
        await server.StopAsync(cancellationToken).ConfigureAwait(false);
        return "it drained, checkpointed and sealed its log";
    }

    private async Task<long> ImportAsync(CancellationToken cancellationToken)
    {
        Database database = await _client!.CreateDatabaseAsync(Database, cancellationToken).ConfigureAwait(false);
        await database.CreateContainerAsync(Cities, new ContainerSettings("/country"), cancellationToken).ConfigureAwait(false);
        string source = file ?? await UnpackAsync(cancellationToken).ConfigureAwait(false);
        ImportSummary summary = await ImportCommand
            .RunAsync(
                terminal,
                _client,
                new ImportOptions(Database, Cities, source, Rejects: Path.Combine(_folder, "rejects"), State: Path.Combine(_folder, "state")),
                cancellationToken)
            .ConfigureAwait(false);
        Check(summary.Rejected == 0, $"{summary.Rejected} lines were rejected");
        return summary.Written;
    }

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        await foreach (Item<ReadOnlyMemory<byte>> item in Container.ListJson(new ListOptions { PageSize = 1 }).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            using JsonDocument document = JsonDocument.Parse(item.Value);
            _id = document.RootElement.GetProperty("id").GetString()!;
            _country = document.RootElement.GetProperty("country").GetString()!;
            _name = document.RootElement.GetProperty("name").GetString()!;
            break;
        }

        Item<ReadOnlyMemory<byte>> read = await Container.ReadJsonAsync(_country, _id, cancellationToken: cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(read.Value.Span);
    }

    private async Task<string> ReplaceAsync(CancellationToken cancellationToken)
    {
        Item<ReadOnlyMemory<byte>> read = await Container.ReadJsonAsync(_country, _id, cancellationToken: cancellationToken).ConfigureAwait(false);
        JsonNode document = JsonNode.Parse(read.Value.Span)!;
        document["note"] = _marker;
        _replaced = Encoding.UTF8.GetBytes(document.ToJsonString());
        WriteResult written = await Container
            .ReplaceJsonAsync(_replaced, new WriteOptions { IfMatch = read.ETag }, cancellationToken)
            .ConfigureAwait(false);
        return $"only if unchanged since: etag {read.ETag} became {written.ETag}";
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        _inPartition = await CountAsync(cancellationToken).ConfigureAwait(false);
        return string.Create(CultureInfo.InvariantCulture, $"{_inPartition:N0} documents of {_country}");
    }

    private Task<string> SearchAsync()
    {
        ClearTextSearch.Outcome outcome = ClearTextSearch.Run(Data, Encoding.UTF8.GetBytes(_marker), Encoding.UTF8.GetBytes($"\"{_name}\""), "\"countryName\""u8.ToArray());
        Check(outcome.Found.Count == 0, $"clear text in {string.Join(", ", outcome.Found)}");
        return Task.FromResult(string.Create(
            CultureInfo.InvariantCulture, $"no document, name or key in {outcome.Files} files, {outcome.Bytes / 1e6:N0} MB"));
    }

    private async Task<string> ReadAgainAsync(CancellationToken cancellationToken)
    {
        Item<ReadOnlyMemory<byte>> read = await Container.ReadJsonAsync(_country, _id, cancellationToken: cancellationToken).ConfigureAwait(false);
        Check(read.Value.Span.SequenceEqual(_replaced), "the document that was replaced reads differently after the restart");
        int count = await CountAsync(cancellationToken).ConfigureAwait(false);
        Check(count == _inPartition, $"{count} documents of {_country} after the restart, {_inPartition} before");
        return "the replaced document and the list are as before";
    }

    private async Task<int> CountAsync(CancellationToken cancellationToken)
    {
        int count = 0;
        var options = new ListOptions { PartitionKey = _country, PageSize = 1000 };
        await foreach (Item<ReadOnlyMemory<byte>> _ in Container.ListJson(options).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            count++;
        }

        return count;
    }

    /// <summary>Takes the cities out of the program.</summary>
    private async Task<string> UnpackAsync(CancellationToken cancellationToken)
    {
        string path = Path.Combine(_folder, "cities.jsonl.gz");
        await using Stream resource = typeof(QuickstartTour).Assembly.GetManifestResourceStream("cities.jsonl.gz")!;
        await using FileStream copy = File.Create(path);
        await resource.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
        return path;
    }

    private static void Check(bool holds, string message)
    {
        if (!holds)
        {
            throw new CliException(ExitCode.CheckFailed, $"A check failed: {message}.");
        }
    }
}
