using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Nacre.Benchmarks.Load.Clusters.Etcd;
using Nacre.Benchmarks.Load.Servers;

namespace Nacre.Benchmarks.Load.Clusters;

/// <summary>
/// Three members of etcd with its defaults, over TLS between themselves and to the client; the client speaks to the leader
/// alone, which spares etcd the hop from a follower.
/// </summary>
internal sealed class EtcdCluster : ICluster
{
    private const int Nodes = 3;

    private readonly TestCertificates _certificates;
    private readonly string _folder;
    private readonly int _connections;
    private readonly int[] _clientPorts = [.. Enumerable.Range(0, Nodes).Select(_ => FreePort.Find())];
    private readonly int[] _peerPorts = [.. Enumerable.Range(0, Nodes).Select(_ => FreePort.Find())];
    private readonly List<ServerProcess> _servers = [];
    private readonly List<GrpcChannel> _channels = [];
    private KV.KVClient[] _leader = [];
    private uint _turn;

    /// <summary>Prepares a cluster in a folder; nothing is started.</summary>
    /// <param name="certificates">For all its ports.</param>
    /// <param name="folder">An empty one.</param>
    /// <param name="connections">From the client to the leader.</param>
    public EtcdCluster(TestCertificates certificates, string folder, int connections)
    {
        _certificates = certificates;
        _folder = folder;
        _connections = connections;
    }

    /// <inheritdoc/>
    public string Name => "etcd";

    /// <inheritdoc/>
    public IReadOnlyList<int> ServerProcesses => [.. _servers.Select(server => server.Id)];

    /// <inheritdoc/>
    public async Task StartAsync()
    {
        await Task.WhenAll(Enumerable.Range(0, Nodes).Select(BeginAsync));
        await OpenAsync();
    }

    /// <inheritdoc/>
    public async Task ResumeAsync()
    {
        await Task.WhenAll(_servers.Select(server => server.ResumeAsync()));
        await OpenAsync();
    }

    /// <inheritdoc/>
    public async Task HaltAsync()
    {
        Close();
        await Task.WhenAll(_servers.Select(server => server.HaltAsync()));
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(string id, ReadOnlyMemory<byte> body)
    {
        using AsyncUnaryCall<PutResponse> call = Next().PutAsync(new PutRequest
        {
            Key = ByteString.CopyFromUtf8(id),
            Value = UnsafeByteOperations.UnsafeWrap(body),
        });
        await call.ResponseAsync;
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(string id)
    {
        using AsyncUnaryCall<RangeResponse> call = Next().RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8(id) });
        RangeResponse response = await call.ResponseAsync;
        return response.Kvs.Count == 1 ? response.Kvs[0].Value.Length : throw new InvalidOperationException($"item {id} is not there");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Close();
        await Task.WhenAll(_servers.Select(server => server.DisposeAsync().AsTask()));
    }

    private static string UrlOf(int port) => string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{port}");

    private static string NameOf(int node) => string.Create(CultureInfo.InvariantCulture, $"member-{node + 1}");

    private static async Task<int?> AskAsync(GrpcChannel channel, int port)
    {
        try
        {
            StatusResponse status = await new Maintenance.MaintenanceClient(channel).StatusAsync(new StatusRequest());
            return status.Leader != 0 && status.Leader == status.Header.MemberId ? port : null;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable)
        {
            return null;
        }
    }

    private async Task<int?> LeaderAsync(GrpcChannel[] members) =>
        (await Task.WhenAll(members.Zip(_clientPorts, AskAsync))).FirstOrDefault(port => port is not null);

    private KV.KVClient Next() => _leader[_leader.Length == 1 ? 0 : (int)(Interlocked.Increment(ref _turn) % (uint)_leader.Length)];

    private async Task BeginAsync(int node)
    {
        var start = new ProcessStartInfo("etcd",
        [
            "--name", NameOf(node), "--data-dir", Path.Combine(_folder, NameOf(node)), "--log-outputs", "stderr", "--logger", "zap",
            "--listen-client-urls", UrlOf(_clientPorts[node]), "--advertise-client-urls", UrlOf(_clientPorts[node]),
            "--listen-peer-urls", UrlOf(_peerPorts[node]), "--initial-advertise-peer-urls", UrlOf(_peerPorts[node]),
            "--initial-cluster", string.Join(',', Enumerable.Range(0, Nodes).Select(each => $"{NameOf(each)}={UrlOf(_peerPorts[each])}")),
            "--cert-file", _certificates.CertificateFile, "--key-file", _certificates.KeyFile,
            "--peer-cert-file", _certificates.CertificateFile, "--peer-key-file", _certificates.KeyFile,
            "--peer-trusted-ca-file", _certificates.CertificateFile, "--peer-client-cert-auth",

            // The default, 2 GiB, is less than a long run writes.
            "--quota-backend-bytes", "8589934592",
        ]);
        (ServerProcess server, _) = await ServerProcess.StartAsync(
            start, line => line.Contains("serving client traffic", StringComparison.Ordinal), TimeSpan.FromMinutes(1));
        lock (_servers)
        {
            _servers.Add(server);
        }
    }

    /// <summary>Opens the client, once a leader is known to itself.</summary>
    private async Task OpenAsync()
    {
        Close();
        GrpcChannel[] members = [.. _clientPorts.Select(Dial)];
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var watch = Stopwatch.StartNew(); await LeaderAsync(members) is var leader; await timer.WaitForNextTickAsync())
        {
            if (leader is { } port)
            {
                _leader = [.. Enumerable.Range(0, _connections).Select(_ => new KV.KVClient(Dial(port)))];
                return;
            }

            if (watch.Elapsed > TimeSpan.FromMinutes(1))
            {
                throw new InvalidOperationException("etcd: no leader within a minute");
            }
        }
    }

    private void Close()
    {
        _channels.ForEach(channel => channel.Dispose());
        _channels.Clear();
    }

    private GrpcChannel Dial(int port)
    {
        var channel = GrpcChannel.ForAddress(UrlOf(port), new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                EnableMultipleHttp2Connections = true,
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, presented, _, _) => _certificates.Trusts(presented),
                },
            },
            DisposeHttpClient = true,
        });
        _channels.Add(channel);
        return channel;
    }
}
