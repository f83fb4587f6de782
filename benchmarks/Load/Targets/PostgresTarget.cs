using System.Diagnostics;
using System.Globalization;
using Nacre.Benchmarks.Load.Servers;
using Nacre.Benchmarks.Load.Workloads;
using Npgsql;
using NpgsqlTypes;

namespace Nacre.Benchmarks.Load.Targets;

/// <summary>PostgreSQL: one table of jsonb, TLS, synchronous commit, prepared statements, a connection a caller.</summary>
internal sealed class PostgresTarget : ITarget
{
    private const string Programs = "/usr/lib/postgresql/15/bin";

    private readonly ServerProcess _server;
    private readonly string _dataFolder;
    private readonly NpgsqlDataSource _source;
    private readonly List<Connection> _connections = [];

    private PostgresTarget(ServerProcess server, string dataFolder, NpgsqlDataSource source)
    {
        _server = server;
        _dataFolder = dataFolder;
        _source = source;
    }

    public string Name => "postgres";

    public bool Stores => true;

    public IReadOnlyList<int> ServerProcesses => [_server.Id];

    public long DiskBytes => new DirectoryInfo(_dataFolder)
        .EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    /// <summary>Makes a fresh cluster in a folder and starts it; it refuses to run as root, so it runs as its own user.</summary>
    public static async Task<PostgresTarget> StartAsync(TestCertificates certificates, string folder)
    {
        string data = Path.Combine(folder, "data");
        string sockets = Path.Combine(folder, "sockets");
        Directory.CreateDirectory(sockets);
        await RunAsync("chown", ["-R", "postgres", folder]);
        await RunAsync("runuser", ["-u", "postgres", "--", $"{Programs}/initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C"]);
        string key = Path.Combine(data, "server.key");
        File.Copy(certificates.CertificateFile, Path.Combine(data, "server.crt"));
        File.Copy(certificates.KeyFile, key);
        await RunAsync("chown", ["postgres", key, Path.Combine(data, "server.crt")]);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        int port = FreePort.Find();
        await File.AppendAllTextAsync(Path.Combine(data, "postgresql.conf"), string.Create(CultureInfo.InvariantCulture, $"""

            listen_addresses = '127.0.0.1'
            port = {port}
            unix_socket_directories = '{sockets}'
            ssl = on
            synchronous_commit = on
            max_connections = 200
            shared_buffers = 512MB
            max_wal_size = 4GB
            """));
        (ServerProcess server, _) = await ServerProcess.StartAsync(
            new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", $"{Programs}/postgres", "-D", data]),
            line => line.Contains("database system is ready to accept connections", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60));

        var builder = new NpgsqlDataSourceBuilder(string.Create(
            CultureInfo.InvariantCulture,
            $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;SSL Mode=Require;Max Auto Prepare=20;Maximum Pool Size=150"));
        builder.UseSslClientAuthenticationOptionsCallback(
            ssl => ssl.RemoteCertificateValidationCallback = (_, presented, _, _) => certificates.Trusts(presented));
        NpgsqlDataSource source = builder.Build();
        await using NpgsqlCommand table = source.CreateCommand(
            "create table docs (partition text not null, id text not null, body jsonb not null, primary key (partition, id))");
        await table.ExecuteNonQueryAsync();
        return new PostgresTarget(server, data, source);
    }

    public async Task PrepareAsync(int clients)
    {
        while (_connections.Count < clients)
        {
            _connections.Add(await Connection.OpenAsync(_source));
        }
    }

    public ValueTask<int> ReadAsync(int client, long key) => _connections[client].ReadAsync(key);

    public ValueTask UpsertAsync(int client, long key, byte[] body) => _connections[client].WriteAsync(key, body, upsert: true);

    public ValueTask InsertAsync(int client, long key, byte[] body) => _connections[client].WriteAsync(key, body, upsert: false);

    public ValueTask<int> ScanAsync(int client, long key, int count) => _connections[client].ScanAsync(key, count);

    public async ValueTask DisposeAsync()
    {
        foreach (Connection connection in _connections)
        {
            await connection.DisposeAsync();
        }

        await _source.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static async Task RunAsync(string program, IReadOnlyList<string> arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}");
        }
    }

    /// <summary>One caller's connection with its prepared statements.</summary>
    private sealed class Connection : IAsyncDisposable
    {
        private readonly NpgsqlConnection _connection;
        private readonly NpgsqlCommand _read;
        private readonly NpgsqlCommand _insert;
        private readonly NpgsqlCommand _upsert;
        private readonly NpgsqlCommand _scan;

        private Connection(NpgsqlConnection connection)
        {
            _connection = connection;
            _read = Command("select body::text from docs where partition = $1 and id = $2");
            _insert = Command("insert into docs values ($1, $2, $3)", NpgsqlDbType.Jsonb);
            _upsert = Command(
                "insert into docs values ($1, $2, $3) on conflict (partition, id) do update set body = excluded.body", NpgsqlDbType.Jsonb);
            _scan = Command("select body::text from docs where partition = $1 and id >= $2 order by id limit $3", NpgsqlDbType.Integer);
        }

        public static async Task<Connection> OpenAsync(NpgsqlDataSource source)
        {
            var connection = new Connection(await source.OpenConnectionAsync());
            foreach (NpgsqlCommand command in (NpgsqlCommand[])[connection._read, connection._insert, connection._upsert, connection._scan])
            {
                await command.PrepareAsync();
            }

            return connection;
        }

        public async ValueTask<int> ReadAsync(long key)
        {
            Address(_read, key);
            return await _read.ExecuteScalarAsync() is string body
                ? body.Length
                : throw new InvalidOperationException($"document {key} is not there");
        }

        public async ValueTask WriteAsync(long key, byte[] body, bool upsert)
        {
            NpgsqlCommand command = upsert ? _upsert : _insert;
            Address(command, key);
            command.Parameters[2].Value = body;
            await command.ExecuteNonQueryAsync();
        }

        public async ValueTask<int> ScanAsync(long key, int count)
        {
            Address(_scan, key);
            _scan.Parameters[2].Value = count;
            await using NpgsqlDataReader reader = await _scan.ExecuteReaderAsync();
            int rows = 0;
            while (await reader.ReadAsync())
            {
                rows += reader.GetString(0).Length > 0 ? 1 : 0;
            }

            return rows;
        }

        public ValueTask DisposeAsync() => _connection.DisposeAsync();

        private static void Address(NpgsqlCommand command, long key)
        {
            command.Parameters[0].Value = Documents.Partition(key);
            command.Parameters[1].Value = Documents.Id(key);
        }

        private NpgsqlCommand Command(string text, NpgsqlDbType? third = null)
        {
            var command = new NpgsqlCommand(text, _connection);
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text });
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text });
            if (third is { } type)
            {
                command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
            }

            return command;
        }
    }
}
