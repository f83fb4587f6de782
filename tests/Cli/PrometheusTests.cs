using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nacre.Cli.Quickstart;
using Nacre.Client;

namespace Nacre.Cli.Tests;

/// <summary>The real Prometheus scrapes a server process as docs/configuration.md says.</summary>
[TestFixture]
[SupportedOSPlatform("linux")]
public sealed partial class PrometheusTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("nacre-prometheus-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Scrape_ByTheRealPrometheus_WithItsTokenIsUpAndWithAnotherIsNot()
    {
        string prometheus = Find() ?? throw new IgnoreException(
            "prometheus is neither on the path nor under artifacts/tools: tests/install-tools.sh fetches it.");
        string token = WriteToken("token");
        await using ServerProcess server = await ServerProcess.StartAsync(
            [
                "--dev", "--data", Path.Combine(_folder, "data"), "--listen", "127.0.0.1:0", "--shards", "1",
                "--connection-file", Path.Combine(_folder, "connection.json"), "--metrics-token-file", token,
            ],
            _folder, default);
        var connection = NacreConnection.Load(Path.Combine(_folder, "connection.json"));
        await using var client = new NacreClient(connection);
        await client.CreateDatabaseAsync("world");

        await using Scraper scraper = await Scraper.StartAsync(prometheus, WriteConfiguration(connection, token, WriteToken("another")), _folder);

        JsonElement[] targets = await scraper.WhenAsync(
            "api/v1/targets", answer => answer.GetProperty("activeTargets").EnumerateArray().ToArray(),
            found => found.Length == 2 && found.All(target => target.GetProperty("health").GetString() != "unknown"));
        JsonElement right = Target(targets, "nacre");
        JsonElement wrong = Target(targets, "stranger");
        double created = await scraper.ValueAsync("""nacre_server_request_duration_seconds_count{job="nacre",rpc_method="/nacre.v1.Databases/Create"}""");
        double flushes = await scraper.ValueAsync("""nacre_log_flush_duration_seconds_count{job="nacre"}""");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(right.GetProperty("health").GetString(), Is.EqualTo("up"), right.GetRawText());
            Assert.That(wrong.GetProperty("health").GetString(), Is.EqualTo("down"));
            Assert.That(wrong.GetProperty("lastError").GetString(), Does.Contain("401"));
            Assert.That(created, Is.EqualTo(1));
            Assert.That(flushes, Is.GreaterThan(0));
        }

        await scraper.DisposeAsync();
        await server.StopAsync(default);
    }

    private static JsonElement Target(JsonElement[] targets, string job) =>
        targets.Single(target => target.GetProperty("labels").GetProperty("job").GetString() == job);

    private string WriteToken(string name)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private string WriteConfiguration(NacreConnection connection, string token, string another)
    {
        string path = Path.Combine(_folder, "prometheus.yml");
        File.WriteAllText(path, $"""
            global: {"{"} scrape_interval: 1s {"}"}
            scrape_configs:
            {Job("nacre", token)}
            {Job("stranger", another)}
            """);
        return path;

        string Job(string name, string credentials) => $"""
              - job_name: {name}
                scheme: https
                authorization: {"{"} credentials_file: {credentials} {"}"}
                tls_config: {"{"} ca_file: {connection.CaCertificatePath} {"}"}
                static_configs: [ {"{"} targets: [ "{connection.Endpoint.Authority}" ] {"}"} ]
            """;
    }

    /// <summary>The program on the path, or where tests/install-tools.sh puts it; null where there is none.</summary>
    private static string? Find()
    {
        IEnumerable<string> places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            places = places.Append(Path.Combine(folder.FullName, "artifacts/tools/prometheus/usr/bin"));
        }

        return places.Select(place => Path.Combine(place, "prometheus")).FirstOrDefault(File.Exists);
    }

    /// <summary>A Prometheus of its own, on a free port of the loopback.</summary>
    private sealed partial class Scraper : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly HttpClient _api;

        private Scraper(Process process, string address)
        {
            _process = process;
            _api = new HttpClient { BaseAddress = new Uri($"http://{address}/") };
        }

        public static async Task<Scraper> StartAsync(string program, string configuration, string folder)
        {
            var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
            start.ArgumentList.Add($"--config.file={configuration}");
            start.ArgumentList.Add($"--storage.tsdb.path={Path.Combine(folder, "tsdb")}");
            start.ArgumentList.Add("--web.listen-address=127.0.0.1:0");
            Process process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            var log = new System.Text.StringBuilder();
            process.ErrorDataReceived += (_, line) =>
            {
                if (line.Data is null)
                {
                    address.TrySetException(new InvalidOperationException($"Prometheus ended: {log}"));
                }
                else if (ListeningOn().Match(line.Data) is { Success: true } listening)
                {
                    address.TrySetResult(listening.Groups["address"].Value);
                }
                else
                {
                    log.AppendLine(line.Data);
                }
            };
            process.BeginErrorReadLine();
            return new Scraper(process, await address.Task.WaitAsync(Patience));
        }

        /// <summary>Asks until the answer is what is waited for.</summary>
        public async Task<T> WhenAsync<T>(string path, Func<JsonElement, T> read, Func<T, bool> isIt)
        {
            using var patience = new CancellationTokenSource(Patience);
            using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
            do
            {
                using HttpResponseMessage answer = await _api.GetAsync(path, patience.Token);
                if (answer.IsSuccessStatusCode)
                {
                    JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>(patience.Token);
                    T found = read(body.GetProperty("data"));
                    if (isIt(found))
                    {
                        return found;
                    }
                }
            }
            while (await again.WaitForNextTickAsync(patience.Token));
            throw new InvalidOperationException("unreachable");
        }

        /// <summary>The sum over the series of a query, once there are any.</summary>
        public Task<double> ValueAsync(string query) => WhenAsync(
            $"api/v1/query?query={Uri.EscapeDataString($"sum({query})")}",
            data => data.GetProperty("result").EnumerateArray()
                .Select(series => double.Parse(series.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture))
                .FirstOrDefault(double.NaN),
            value => !double.IsNaN(value));

        public async ValueTask DisposeAsync()
        {
            _api.Dispose();
            if (!_process.HasExited)
            {
                _process.Kill();
                await _process.WaitForExitAsync();
            }
        }

        [GeneratedRegex("msg=\"Listening on\" address=(?<address>\\S+)")]
        private static partial Regex ListeningOn();
    }
}
