using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Nacre.Benchmarks.Load.Servers;
using Nacre.Benchmarks.Load.Targets;

namespace Nacre.Benchmarks.Load.Echo;

/// <summary>The echo server, unary or over one combining stream.</summary>
internal sealed class EchoTarget : ITarget
{
    private readonly ServerProcess _server;
    private readonly GrpcChannel _channel;
    private readonly EchoService.EchoServiceClient _client;
    private readonly EchoCombiner? _combiner;
    private readonly uint _documentBytes;

    private EchoTarget(ServerProcess server, GrpcChannel channel, bool stream, int documentBytes)
    {
        _server = server;
        _channel = channel;
        _client = new EchoService.EchoServiceClient(channel);
        _combiner = stream ? new EchoCombiner(_client) : null;
        _documentBytes = (uint)documentBytes;
        Name = stream ? "echo-stream" : "echo-unary";
    }

    public string Name { get; }

    public bool Stores => false;

    public IReadOnlyList<int> ServerProcesses => [_server.Id];

    public long DiskBytes => 0;

    /// <summary>Starts an echo server of its own and connects.</summary>
    public static async Task<EchoTarget> StartAsync(TestCertificates certificates, bool stream, int documentBytes)
    {
        int port = FreePort.Find();
        var start = new ProcessStartInfo(
            Environment.ProcessPath!,
            ["echo-server", "--port", port.ToString(CultureInfo.InvariantCulture),
                "--certificate", certificates.CertificateFile, "--key", certificates.KeyFile]);
        (ServerProcess server, _) = await ServerProcess.StartAsync(
            start, line => line.StartsWith("ready ", StringComparison.Ordinal), TimeSpan.FromSeconds(30));
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, presented, _, _) => certificates.Trusts(presented),
            },
        };
        var channel = GrpcChannel.ForAddress(
            $"https://localhost:{port}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        return new EchoTarget(server, channel, stream, documentBytes);
    }

    public Task PrepareAsync(int clients) => Task.CompletedTask;

    public async ValueTask<int> ReadAsync(int client, long key)
    {
        // An id and a key in, a document out, as a point read has it.
        EchoReply reply = await CallAsync(new EchoRequest
        {
            Payload = ByteString.CopyFromUtf8(Workloads.Documents.Id(key)), ReplyBytes = _documentBytes,
        });
        return reply.Payload.Length;
    }

    public async ValueTask UpsertAsync(int client, long key, byte[] body) =>
        await CallAsync(new EchoRequest { Payload = UnsafeByteOperations.UnsafeWrap(body), ReplyBytes = 32 });

    public ValueTask InsertAsync(int client, long key, byte[] body) => UpsertAsync(client, key, body);

    public async ValueTask<int> ScanAsync(int client, long key, int count)
    {
        await CallAsync(new EchoRequest
        {
            Payload = ByteString.CopyFromUtf8(Workloads.Documents.Id(key)),
            ReplyBytes = Math.Min(64 * 1024, _documentBytes * (uint)count),
        });
        return count;
    }

    public async ValueTask DisposeAsync()
    {
        if (_combiner is not null)
        {
            await _combiner.DisposeAsync();
        }

        _channel.Dispose();
        await _server.DisposeAsync();
    }

    private async ValueTask<EchoReply> CallAsync(EchoRequest request) =>
        _combiner is null ? await _client.CallAsync(request) : await _combiner.CallAsync(request);

    /// <summary>Puts what many callers ask at the same moment into one message of one stream.</summary>
    private sealed class EchoCombiner : IAsyncDisposable
    {
        private const int MaxBatch = 64;

        private readonly AsyncDuplexStreamingCall<EchoBatch, EchoReplyBatch> _call;
        private readonly Channel<EchoRequest> _queue = Channel.CreateUnbounded<EchoRequest>(
            new UnboundedChannelOptions { SingleReader = true });
        private readonly TaskCompletionSource<EchoReply>?[] _waiting = new TaskCompletionSource<EchoReply>?[4096];
        private readonly Task _writing;
        private readonly Task _reading;
        private long _lastTag;

        public EchoCombiner(EchoService.EchoServiceClient client)
        {
            _call = client.Stream();
            _writing = Task.Run(WriteAsync);
            _reading = Task.Run(ReadAsync);
        }

        public Task<EchoReply> CallAsync(EchoRequest request)
        {
            long tag = Interlocked.Increment(ref _lastTag);
            request.Tag = (ulong)tag;
            var completion = new TaskCompletionSource<EchoReply>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting[tag % _waiting.Length] = completion;
            _queue.Writer.TryWrite(request);
            return completion.Task;
        }

        public async ValueTask DisposeAsync()
        {
            _queue.Writer.Complete();
            await _writing;
            await _reading;
            _call.Dispose();
        }

        private async Task WriteAsync()
        {
            while (await _queue.Reader.WaitToReadAsync())
            {
                var batch = new EchoBatch();
                while (batch.Requests.Count < MaxBatch && _queue.Reader.TryRead(out EchoRequest? request))
                {
                    batch.Requests.Add(request);
                }

                await _call.RequestStream.WriteAsync(batch);
            }

            await _call.RequestStream.CompleteAsync();
        }

        private async Task ReadAsync()
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None))
            {
                foreach (EchoReply reply in _call.ResponseStream.Current.Replies)
                {
                    int place = (int)(reply.Tag % (ulong)_waiting.Length);
                    TaskCompletionSource<EchoReply> completion = _waiting[place]!;
                    _waiting[place] = null;
                    completion.SetResult(reply);
                }
            }
        }
    }
}
