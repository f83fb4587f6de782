using System.Diagnostics;
using System.Globalization;
using Nacre.Benchmarks.Load.Servers;
using Nacre.Benchmarks.Load.Workloads;
using StackExchange.Redis;

namespace Nacre.Benchmarks.Load.Targets;

/// <summary>Redis with its append-only file flushed at every write, over TLS, one multiplexed connection.</summary>
internal sealed class RedisTarget : ITarget
{
    private readonly ServerProcess _server;
    private readonly string _folder;
    private readonly ConnectionMultiplexer _connection;
    private readonly IDatabase _database;

    private RedisTarget(ServerProcess server, string folder, ConnectionMultiplexer connection)
    {
        _server = server;
        _folder = folder;
        _connection = connection;
        _database = connection.GetDatabase();
    }

    public string Name => "redis";

    public bool Stores => true;

    public IReadOnlyList<int> ServerProcesses => [_server.Id];

    public long DiskBytes => new DirectoryInfo(_folder)
        .EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    /// <summary>Starts a server on an empty folder and connects.</summary>
    public static async Task<RedisTarget> StartAsync(TestCertificates certificates, string folder)
    {
        Directory.CreateDirectory(folder);
        string port = FreePort.Find().ToString(CultureInfo.InvariantCulture);
        (ServerProcess server, _) = await ServerProcess.StartAsync(
            new ProcessStartInfo("redis-server",
            [
                "--bind", "127.0.0.1", "--port", "0", "--tls-port", port, "--tls-auth-clients", "no",
                "--tls-cert-file", certificates.CertificateFile, "--tls-key-file", certificates.KeyFile,
                "--tls-ca-cert-file", certificates.CertificateFile,
                "--dir", folder, "--appendonly", "yes", "--appendfsync", "always", "--save", "",
            ]),
            line => line.Contains("Ready to accept connections", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30));
        var options = new ConfigurationOptions { Ssl = true, SslHost = "localhost", AsyncTimeout = 60_000 };
        options.EndPoints.Add($"127.0.0.1:{port}");
        options.CertificateValidation += (_, presented, _, _) => certificates.Trusts(presented);
        return new RedisTarget(server, folder, await ConnectionMultiplexer.ConnectAsync(options));
    }

    public Task PrepareAsync(int clients) => Task.CompletedTask;

    public async ValueTask<int> ReadAsync(int client, long key)
    {
        RedisValue value = await _database.StringGetAsync(Documents.Id(key));
        return value.IsNull ? throw new InvalidOperationException($"document {key} is not there") : (int)value.Length();
    }

    public async ValueTask UpsertAsync(int client, long key, byte[] body) =>
        await _database.StringSetAsync(Documents.Id(key), body);

    public async ValueTask InsertAsync(int client, long key, byte[] body)
    {
        if (!await _database.StringSetAsync(Documents.Id(key), body, when: When.NotExists))
        {
            throw new InvalidOperationException($"document {key} is there already");
        }
    }

    public async ValueTask<int> ScanAsync(int client, long key, int count)
    {
        // Redis keeps no order: the keys after this one, in one round trip, are what its users would ask for.
        var keys = new RedisKey[count];
        for (int i = 0; i < count; i++)
        {
            keys[i] = Documents.Id(key + i);
        }

        RedisValue[] values = await _database.StringGetAsync(keys);
        return values.Count(value => !value.IsNull);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }
}
