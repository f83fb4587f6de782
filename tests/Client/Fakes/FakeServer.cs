using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Nacre.Client.Tests.Fakes;

/// <summary>The public API in memory, over real Kestrel and TLS on loopback, with faults to order.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;
    private readonly bool _ownsAuthority;

    private FakeServer(WebApplication app, FakeState state, TestAuthority authority, X509Certificate2 certificate, bool ownsAuthority)
    {
        _app = app;
        State = state;
        Authority = authority;
        _certificate = certificate;
        _ownsAuthority = ownsAuthority;
        Endpoint = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public FakeState State { get; }

    public TestAuthority Authority { get; }

    /// <summary>https://127.0.0.1:PORT.</summary>
    public Uri Endpoint { get; }

    public NacreConnection Connection => new(Endpoint, State.Key, Authority.PemFile);

    /// <summary>Starts a server with its own key.</summary>
    /// <param name="authority">Null: one of its own.</param>
    /// <param name="certificate">Null: one for localhost and 127.0.0.1.</param>
    public static async Task<FakeServer> StartAsync(TestAuthority? authority = null, X509Certificate2? certificate = null)
    {
        bool owns = authority is null;
        authority ??= new TestAuthority();
        certificate ??= authority.Issue("localhost");
        var state = new FakeState(RandomNumberGenerator.GetBytes(64));

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(certificate);
        }));
        builder.Services.AddSingleton(state);
        builder.Services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<FakePipeline>();
            grpc.MaxReceiveMessageSize = null;
            grpc.MaxSendMessageSize = null;
        });
        WebApplication app = builder.Build();
        app.MapGrpcService<FakeAccountService>();
        app.MapGrpcService<FakeDatabasesService>();
        app.MapGrpcService<FakeContainersService>();
        app.MapGrpcService<FakeItemsService>();
        await app.StartAsync();
        return new FakeServer(app, state, authority, certificate, owns);
    }

    /// <summary>A client of this server that repeats without long pauses, and asks for nothing by itself.</summary>
    public NacreClient Client(NacreTransport transport = NacreTransport.Unary, Func<NacreClientOptions, NacreClientOptions>? change = null)
    {
        var options = new NacreClientOptions { Transport = transport, RetryDelay = TimeSpan.FromMilliseconds(1), DiscoverNodes = false };
        return new NacreClient(Connection, change is null ? options : change(options));
    }

    public async ValueTask DisposeAsync()
    {
        State.Stopping.Cancel();
        await _app.DisposeAsync();
        _certificate.Dispose();
        if (_ownsAuthority)
        {
            Authority.Dispose();
        }
    }
}
