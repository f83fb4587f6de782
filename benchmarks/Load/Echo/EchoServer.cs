using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Nacre.Benchmarks.Load.Echo;

/// <summary>An empty gRPC server with the payload, TLS and batching of the measured one.</summary>
internal sealed class EchoServer : EchoService.EchoServiceBase
{
    private static readonly ByteString[] Replies = MakeReplies();

    /// <summary>Serves until the process ends; prints <c>ready PORT</c>.</summary>
    public static async Task RunAsync(int port, string certificateFile, string keyFile)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(pem, https => https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13);
        }));
        await using WebApplication app = builder.Build();
        app.MapGrpcService<EchoServer>();
        await app.StartAsync();
        await Console.Out.WriteLineAsync($"ready {port}");
        await ((IHost)app).WaitForShutdownAsync();
    }

    /// <inheritdoc/>
    public override Task<EchoReply> Call(EchoRequest request, ServerCallContext context) =>
        Task.FromResult(Answer(request));

    /// <inheritdoc/>
    public override async Task Stream(
        IAsyncStreamReader<EchoBatch> requestStream, IServerStreamWriter<EchoReplyBatch> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var replies = new EchoReplyBatch();
            foreach (EchoRequest request in requestStream.Current.Requests)
            {
                replies.Replies.Add(Answer(request));
            }

            await responseStream.WriteAsync(replies, context.CancellationToken);
        }
    }

    private static EchoReply Answer(EchoRequest request) =>
        new() { Tag = request.Tag, Payload = Replies[request.ReplyBytes / 16] };

    private static ByteString[] MakeReplies()
    {
        // Replies of up to 64 KiB in steps of 16 bytes, made once: the ceiling makes no payloads.
        byte[] bytes = new byte[64 * 1024];
        Array.Fill(bytes, (byte)'e');
        var replies = new ByteString[(bytes.Length / 16) + 1];
        for (int i = 0; i < replies.Length; i++)
        {
            replies[i] = UnsafeByteOperations.UnsafeWrap(bytes.AsMemory(0, i * 16));
        }

        return replies;
    }
}
