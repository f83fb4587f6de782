using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nacre.Core.Errors;
using Nacre.Security.Certificates;
using Nacre.Server.Wire;

namespace Nacre.Server.Peers;

/// <summary>The port for other nodes: mutual TLS alone, and nobody but nodes of this cluster. Decision 21.</summary>
internal sealed class NodeListener : Listener
{
    private static readonly object HandshakeKey = new();

    private NodeListener(WebApplication application)
        : base(application)
    {
    }

    /// <summary>Sets the listener up; nothing is bound yet.</summary>
    /// <param name="endpoints">Where to listen.</param>
    /// <param name="own">This node's certificate.</param>
    /// <param name="verifier">Tells who is a node.</param>
    /// <param name="services">What to serve.</param>
    /// <param name="loggers">Where to say what happens.</param>
    public static NodeListener Create(
        IReadOnlyList<IPEndPoint> endpoints, ServerCertificateSource own, NodeVerifier verifier, NodePortServices services,
        ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger("Nacre.Server");
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        LeaveSignalsToTheNode(builder);
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server =>
        {
            Limit(server.Limits);
            server.AddServerHeader = false;
            foreach (IPEndPoint endpoint in endpoints)
            {
                server.Listen(endpoint, listen => Secure(listen, own, verifier, logger));
            }
        });
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = NodePeerOptions.MaxMessageBytes;
            grpc.EnableDetailedErrors = false;
            grpc.CompressionProviders = [];
            grpc.Interceptors.Add<PeerAdmission>();
        });
        builder.Services.AddSingleton(new PeerAdmission(verifier, logger));
        builder.Services.AddSingleton(provider => new ReplicationService(
            verifier, services.Receiver, logger, provider.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().ApplicationStopping));
        builder.Services.AddSingleton(provider => new ForwardingService(
            services.Proposals, verifier, logger, provider.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().ApplicationStopping));
        AddIfServed(builder, services.Keys);
        AddIfServed(builder, services.Reports);
        AddIfServed(builder, services.Leases);
        AddIfServed(builder, services.Snapshots);

        WebApplication application = builder.Build();
        application.Use(next => context =>
        {
            // A stream is open as long as the nodes run, and may be silent between heartbeats.
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
            context.Features.GetRequiredFeature<IHttpMinRequestBodyDataRateFeature>().MinDataRate = null;
            return next(context);
        });
        application.UseRouting();
        application.MapGrpcService<ReplicationService>();
        application.MapGrpcService<ForwardingService>();
        MapIfServed(application, services.Keys);
        MapIfServed(application, services.Reports);
        MapIfServed(application, services.Leases);
        MapIfServed(application, services.Snapshots);
        RefuseOtherPaths(application);
        return new NodeListener(application);
    }

    private static void AddIfServed<TService>(WebApplicationBuilder builder, TService? service)
        where TService : class
    {
        if (service is not null)
        {
            builder.Services.AddSingleton(service);
        }
    }

    private static void MapIfServed<TService>(WebApplication application, TService? service)
        where TService : class
    {
        if (service is not null)
        {
            application.MapGrpcService<TService>();
        }
    }

    private static void Limit(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = 256;
        limits.MaxRequestHeadersTotalSize = 8 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        limits.Http2.MaxStreamsPerConnection = 1024;
        limits.Http2.InitialConnectionWindowSize = 8 * 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 4 * 1024 * 1024;
        limits.Http2.KeepAlivePingDelay = NodePeerOptions.KeepAlive;
        limits.Http2.KeepAlivePingTimeout = NodePeerOptions.KeepAlive;
    }

    private static void Secure(ListenOptions listen, ServerCertificateSource own, NodeVerifier verifier, ILogger logger)
    {
        listen.Protocols = HttpProtocols.Http2;

        // Around the handshake, so that whoever speaks no TLS at all, or breaks off, leaves a trace as well.
        listen.Use(next => async connection =>
        {
            var handshake = new PeerHandshake();
            connection.Items[HandshakeKey] = handshake;
            await next(connection).ConfigureAwait(false);
            if (!handshake.IsSecured && !handshake.IsRefused)
            {
                Log.PeerHandshakeFailed(logger, connection.RemoteEndPoint);
            }
        });
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = connection => new ValueTask<SslServerAuthenticationOptions>(
                NodePeerOptions.Listening(own, verifier, (_, certificate, _, errors) =>
                {
                    Result<NodeIdentity> verified = verifier.Verify(NodePeerOptions.Shown(certificate), NodePeerRole.Dialling);
                    if (verified.IsOk && errors == SslPolicyErrors.None)
                    {
                        return true;
                    }

                    ((PeerHandshake)connection.Connection.Items[HandshakeKey]!).IsRefused = true;
                    Log.PeerRefused(logger, connection.Connection.RemoteEndPoint, verified.Error?.Message ?? $"The handshake found {errors}.");
                    return false;
                })),
            HandshakeTimeout = TimeSpan.FromSeconds(10),
        });
        listen.Use(next => connection =>
        {
            ((PeerHandshake)connection.Items[HandshakeKey]!).IsSecured = true;
            return next(connection);
        });
    }
}
