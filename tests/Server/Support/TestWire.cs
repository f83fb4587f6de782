using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.HealthCheck;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Security.Accounts;
using Nacre.Security.Authentication;
using Nacre.Server.Consistency;
using Nacre.Server.Items;
using Nacre.Server.Options;
using Nacre.Server.Pipeline;
using Nacre.Server.Queries;
using Nacre.Server.Queries.Planning;
using Nacre.Server.Routing;
using Nacre.Server.Telemetry;
using Nacre.Server.Wire;
using Nacre.Testing;

namespace Nacre.Server.Tests.Support;

/// <summary>The whole wire, from the socket to the shard, over a shard that does what a test says.</summary>
internal sealed class TestWire : IAsyncDisposable
{
    private readonly ClientListener _listener;
    private readonly GrpcChannel _channel;
    private readonly X509Certificate2 _certificate;
    private readonly CancellationTokenSource _draining;

    private TestWire(ClientListener listener, Uri address, X509Certificate2 certificate, FakeShard shard, Parts parts)
    {
        _listener = listener;
        _certificate = certificate;
        _draining = parts.Draining;
        Address = address;
        Shard = shard;
        Keys = parts.Keys;
        Directory = parts.Directory;
        Admission = parts.Admission;
        Health = parts.Health;
        Routes = parts.Routes;
        Errors = parts.Errors;
        Catalog = parts.Catalog;
        _channel = NewChannel();
        Invoker = _channel.CreateCallInvoker();
        Client = new TestClient(Invoker, Signer(AccountKeyKind.Primary), Audience);
        ReadOnlyClient = new TestClient(Invoker, Signer(AccountKeyKind.PrimaryReadOnly), Audience);
    }

    public Uri Address { get; }

    public string Audience => $"{Address.Host}:{Address.Port}";

    public FakeShard Shard { get; }

    public AccountKeys Keys { get; }

    public AccountKeyDirectory Directory { get; }

    public Admission Admission { get; }

    public HealthServiceImpl Health { get; }

    public FixedRoutes Routes { get; }

    /// <summary>What the pipeline logged as errors.</summary>
    public ErrorLog Errors { get; }

    /// <summary>What the account's settings are read from.</summary>
    public SettableCatalog Catalog { get; }

    public CallInvoker Invoker { get; }

    public TestClient Client { get; }

    public TestClient ReadOnlyClient { get; }

    public static async Task<TestWire> StartAsync(LimitOptions? limits = null, int ranges = 1, QueryServing? serving = null, params string[] paths)
    {
        limits ??= new LimitOptions();
        TimeProvider clock = TimeProvider.System;
        IRandomSource random = CryptographicRandom.Instance;
        AccountKeys keys = AccountKeys.Draw(clock, random);
        var directory = new AccountKeyDirectory();
        directory.Replace(keys);
        var authenticator = new HmacAuthenticator(
            directory, new AudienceNames(["localhost", "127.0.0.1"]), new ReplayCacheOptions { CapacityRequests = 100_000 }, clock, random);
        var shard = new FakeShard(clock);
        var routes = new FixedRoutes(RoutesOver(shard, ranges, paths.Length == 0 ? ["/pk"] : paths));
        var catalog = new SettableCatalog();
        var draining = new CancellationTokenSource();
        var admission = new Admission(limits.Requests, limits.RequestBytes, TimeSpan.FromMilliseconds(100));
        var services = new NodeServices
        {
            Admission = admission,
            Metrics = new ServerMetrics(),
            Routes = routes,
            Random = random,
            StreamOperations = limits.StreamOperations,
            Draining = draining.Token,
            Consistency = new ConsistencyRules(catalog, new SessionTokens(TokenSeal.ForSessions(new TestDataKeys()))),
            Lister = new ItemLister(TokenSeal.ForContinuations(new TestDataKeys())),
            Queries = new QueryRunner(TokenSeal.ForContinuations(new TestDataKeys()), new IndexPlanner(), serving ?? new QueryServing(), clock, random),

            // The control shard is none of this wire's: tests/Integration has a whole node.
            Control = null!,
        };
        var errors = new ErrorLog();
        var health = new HealthServiceImpl();
        X509Certificate2 certificate = SelfSigned();
        SslServerAuthenticationOptions handshake =
            ClientListener.HandshakeWith(SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true));
        ClientListener listener = ClientListener.Create(
            [new IPEndPoint(IPAddress.Loopback, 0)], limits, () => handshake, new RequestPipeline(authenticator, services, errors),
            admission, new ActivityIds(random), services.Metrics, export: null, health, reflection: false, clock, NullLoggerFactory.Instance);
        IReadOnlyList<Uri> addresses = await listener.StartAsync(CancellationToken.None);
        return new TestWire(listener, addresses[0], certificate, shard, new Parts(keys, directory, admission, health, routes, errors, draining, catalog));
    }

    /// <summary>Container <c>items</c> in database <c>db</c>, all of it in one shard.</summary>
    public static RouteTable RoutesOver(IDataShard shard, int ranges, params string[] paths) =>
        new([("db", "items", Route(shard, ranges, paths))]);

    public GrpcChannel NewChannel() => GrpcChannel.ForAddress(Address, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = Trusting(_certificate) } },
        MaxReceiveMessageSize = null,
        MaxSendMessageSize = null,
        DisposeHttpClient = true,
    });

    public RawCall NewRawCall() => new(Address, Trusting(_certificate));

    public X509ChainPolicy Trust => Trusting(_certificate);

    public RequestSigner Signer(AccountKeyKind kind) =>
        new(Convert.FromBase64String(Keys[kind].Reveal()), TimeProvider.System, CryptographicRandom.Instance);

    /// <summary>Begins to drain, as a node that stops does.</summary>
    public Task DrainAsync() => _draining.CancelAsync();

    public Task StopAsync(CancellationToken patience) => _listener.StopAsync(patience);

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        using var patience = new CancellationTokenSource();
        await patience.CancelAsync();
        await _listener.StopAsync(patience.Token);
        await _listener.DisposeAsync();
        _certificate.Dispose();
        _draining.Dispose();
    }

    private static ContainerRoute Route(IDataShard shard, int ranges, string[] paths)
    {
        HashInterval[] intervals = HashInterval.Whole.Split(ranges);
        return new ContainerRoute(
            new DatabaseId(1), new ContainerId(1), PartitionKeyDefinition.Create(paths).Value,
            [.. intervals.Select((interval, i) => new RangeRoute(new RangeId((ulong)i + 1), new RangeGeneration(1), interval, shard))]);
    }

    private static X509ChainPolicy Trusting(X509Certificate2 root)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(root);
        return policy;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    private sealed record Parts(
        AccountKeys Keys, AccountKeyDirectory Directory, Admission Admission, HealthServiceImpl Health, FixedRoutes Routes, ErrorLog Errors,
        CancellationTokenSource Draining, SettableCatalog Catalog);
}
