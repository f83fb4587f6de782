using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Grpc.AspNetCore.Server.Model;
using Grpc.HealthCheck;
using Grpc.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nacre.Server.Options;
using Nacre.Server.Pipeline;
using Nacre.Server.Telemetry;

namespace Nacre.Server.Wire;

/// <summary>The one port for clients: Kestrel with TLS, HTTP/2 and the gRPC library, the gate before it and the pipeline behind it.</summary>
internal sealed class ClientListener : Listener
{
    /// <summary>Longest message: a document at its limit, with what stands around it.</summary>
    public const int MaxMessageBytes = Core.Documents.DocumentLimits.MaxDocumentBytes + 64 * 1024;

    /// <summary>Longest payload of a stream's batch.</summary>
    public const int MaxBatchBytes = MaxMessageBytes - 1024;

    private ClientListener(WebApplication application)
        : base(application)
    {
    }

    /// <summary>Sets the listener up; nothing is bound yet.</summary>
    /// <param name="endpoints">Where to listen.</param>
    /// <param name="limits">What to take on.</param>
    /// <param name="tls">Gives the certificate for each connection, so that a renewed one is used at once.</param>
    /// <param name="pipeline">What serves the calls.</param>
    /// <param name="admission">Bounds them.</param>
    /// <param name="activities">Names them.</param>
    /// <param name="metrics">Measures them.</param>
    /// <param name="export">Gives the metrics to whoever has its token; null: there is no path for that.</param>
    /// <param name="health">Answers health checks.</param>
    /// <param name="reflection">Whether to serve gRPC reflection.</param>
    /// <param name="clock">Measures deadlines.</param>
    /// <param name="loggers">Where to say what happens.</param>
    public static ClientListener Create(
        IReadOnlyList<IPEndPoint> endpoints,
        LimitOptions limits,
        Func<SslServerAuthenticationOptions> tls,
        RequestPipeline pipeline,
        Admission admission,
        ActivityIds activities,
        ServerMetrics metrics,
        MetricsExport? export,
        HealthServiceImpl health,
        bool reflection,
        TimeProvider clock,
        ILoggerFactory loggers)
    {
        // Empty: no settings come from the environment or from files beside the program.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        LeaveSignalsToTheNode(builder);
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server =>
        {
            Limit(server.Limits, limits);
            server.AddServerHeader = false;
            foreach (IPEndPoint endpoint in endpoints)
            {
                server.Listen(endpoint, listen => Secure(listen, tls));
            }
        });

        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = MaxMessageBytes;
            grpc.MaxSendMessageSize = null;
            grpc.EnableDetailedErrors = false;
            grpc.CompressionProviders = [];
        });
        builder.Services.AddSingleton(pipeline);
        builder.Services.AddSingleton<IServiceMethodProvider<RequestPipeline>, CommandMethods>();
        builder.Services.AddSingleton(health);
        if (reflection)
        {
            builder.Services.AddSingleton(new ReflectionServiceImpl([.. Commands.Services, Grpc.Health.V1.Health.Descriptor]));
        }

        WebApplication application = builder.Build();
        application.Use(next => new RequestGate(next, admission, activities, metrics, clock, MaxMessageBytes).InvokeAsync);
        application.UseRouting();
        application.MapGrpcService<RequestPipeline>();
        application.MapGrpcService<HealthServiceImpl>();
        if (reflection)
        {
            application.MapGrpcService<ReflectionServiceImpl>();
        }

        if (export is { Token: { } token })
        {
            application.MapPrometheusScrapingEndpoint(
                ScrapeGate.Path, export.Provider, branch => branch.Use(next => new ScrapeGate(next, token).InvokeAsync), optionsName: null);
        }

        RefuseOtherPaths(application);
        return new ClientListener(application);
    }

    private static void Limit(KestrelServerLimits kestrel, LimitOptions limits)
    {
        kestrel.MaxConcurrentConnections = limits.Connections;
        kestrel.MaxRequestHeadersTotalSize = limits.HeaderBytes;
        kestrel.MaxRequestBodySize = MaxMessageBytes + 4096;
        kestrel.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.KeepAliveTimeout = TimeSpan.FromMinutes(10);
        kestrel.Http2.MaxStreamsPerConnection = limits.RequestsPerConnection;
        kestrel.Http2.MaxRequestHeaderFieldSize = Math.Min(limits.HeaderBytes, 16 * 1024);
        kestrel.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        kestrel.Http2.InitialStreamWindowSize = 1024 * 1024;
        // A peer that vanished without a word is noticed, and its streams with it.
        kestrel.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
        kestrel.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }

    private static void Secure(ListenOptions listen, Func<SslServerAuthenticationOptions> tls)
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => new ValueTask<SslServerAuthenticationOptions>(tls()),
            HandshakeTimeout = TimeSpan.FromSeconds(10),
        });
    }

    /// <summary>What every connection's handshake has in common.</summary>
    /// <param name="certificate">The server's certificate with its chain.</param>
    public static SslServerAuthenticationOptions HandshakeWith(SslStreamCertificateContext certificate) => new()
    {
        ServerCertificateContext = certificate,
#pragma warning disable CA5398 // The versions are the security policy: older ones are refused, whatever the system allows.
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        ClientCertificateRequired = false,
        AllowRenegotiation = false,
    };
}
