using System.Collections.Concurrent;
using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Nacre.Core.Errors;
using Nacre.Integration.Tests.Support;
using Nacre.Server.Hosting;
using Nacre.Server.Options;
using Nacre.Server.Tests.Support;

namespace Nacre.Integration.Tests;

/// <summary>What a node tells of itself, whom it tells, and what it keeps to itself.</summary>
[TestFixture]
[SupportedOSPlatform("linux")]
public sealed class MetricsTests
{
    private const string Marker = "marker-0b5f6c1e";

    private string _folder = "";
    private string _tokenFile = "";
    private string _token = "";

    [SetUp]
    public void MakeToken()
    {
        _folder = Directory.CreateTempSubdirectory("nacre-metrics-").FullName;
        _token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        _tokenFile = WriteToken(_token + "\n");
    }

    [TearDown]
    public void RemoveToken() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Scrape_WithTheToken_TellsWhatHappenedAndNothingOfDocuments()
    {
        await using TestNode node = await StartAsync();
        await node.MakeContainerAsync();
        await node.Client.CallAsync(ItemMethods.Create, ItemMethods.Write($$"""{"id":"{{Marker}}","pk":"{{Marker}}"}"""));
        await Assert.ThrowsAsync<RpcException>(() => node.Client.CallAsync(ItemMethods.Read, ItemMethods.ReadOf("none", "a")));

        string text = await ScrapedAsync(node);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Value(text, "nacre_server_request_duration_seconds_count", "/nacre.v1.Items/Create", "None"), Is.EqualTo(1));
            Assert.That(Value(text, "nacre_server_request_duration_seconds_count", "/nacre.v1.Items/Read", "NotFound"), Is.EqualTo(1));
            Assert.That(Value(text, "nacre_log_flush_duration_seconds_count"), Is.GreaterThan(1));
            Assert.That(Value(text, "nacre_replica_applied_index", "nacre_shard=\"0\""), Is.Positive);
            Assert.That(Value(text, "nacre_disk_free_bytes"), Is.Positive);
            Assert.That(Value(text, "nacre_certificate_expiry_seconds"), Is.GreaterThan(DateTimeOffset.UtcNow.ToUnixTimeSeconds()));
            Assert.That(Value(text, "nacre_keys_data", "current"), Is.EqualTo(1));
            Assert.That(Value(text, "nacre_replay_cache_requests"), Is.GreaterThan(3));
            Assert.That(text, Does.Contain("nacre_store_memory_limit_bytes").And.Contains("nacre_store_cache_requests_total").And.Contains("dotnet_"));
            Assert.That(text, Does.Not.Contain(Marker).And.Not.Contains(_token));
        }
    }

    [Test]
    public async Task Scrape_OpenStream_IsCounted()
    {
        await using TestNode node = await StartAsync();
        await node.MakeContainerAsync();

        using (await TestStream.OpenAsync(node.Client, node.Audience))
        {
            Assert.That(Value(await ScrapedAsync(node), "nacre_server_streams_open"), Is.EqualTo(1));
        }
    }

    [TestCase(null)]
    [TestCase("Bearer")]
    [TestCase("Bearer ")]
    [TestCase("Bearer wrong")]
    [TestCase("Basic TOKEN")]
    [TestCase("Bearer TOKENx")]
    [TestCase("Bearer TOKEN TOKEN")]
    public async Task Scrape_WithoutTheToken_IsRefused(string? authorization)
    {
        await using TestNode node = await StartAsync();

        using HttpResponseMessage answer = await AskAsync(node, HttpMethod.Get, authorization?.Replace("TOKEN", _token, StringComparison.Ordinal));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answer.Headers.WwwAuthenticate.ToString(), Does.StartWith("Bearer"));
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.Empty);
    }

    [Test]
    public async Task Scrape_ByPost_IsRefused()
    {
        await using TestNode node = await StartAsync();

        using HttpResponseMessage answer = await AskAsync(node, HttpMethod.Post, $"Bearer {_token}");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
    }

    [Test]
    public async Task Scrape_NotConfigured_IsNotThere()
    {
        await using TestNode node = await TestNode.StartAsync();

        using HttpResponseMessage answer = await AskAsync(node, HttpMethod.Get, $"Bearer {_token}");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Token_OpensNoOtherPath()
    {
        await using TestNode node = await StartAsync();
        var call = new CallOptions(new Metadata { { "authorization", $"Bearer {_token}" } });

        RpcException? refusal = await Assert.ThrowsAsync<RpcException>(async () =>
            await node.NewInvoker().AsyncUnaryCall(ItemMethods.Read, host: null, call, ItemMethods.ReadOf("a", "a")));

        Assert.That(refusal!.StatusCode, Is.EqualTo(StatusCode.Unauthenticated));
    }

    [TestCase("short", TestName = "StartAsync_ShortToken_IsMalformed")]
    [TestCase("", TestName = "StartAsync_EmptyToken_IsMalformed")]
    [TestCase("0123456789012345678901234567890123456789 1234567", TestName = "StartAsync_TokenWithBlank_IsMalformed")]
    public async Task StartAsync_BadToken_IsMalformed(string token)
    {
        WriteToken(token);

        NacreError? refusal = await RefusalAsync();

        Assert.That(refusal?.Code, Is.EqualTo(ErrorCode.Malformed));
        Assert.That(refusal!.Message, Does.Contain("openssl rand").And.Contains(_tokenFile));
    }

    [Test]
    public async Task StartAsync_TokenFileOpenToEverybody_IsMalformed()
    {
        File.SetUnixFileMode(_tokenFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        Assert.That((await RefusalAsync())?.Message, Does.Contain("chmod"));
    }

    [Test]
    public async Task StartAsync_NoTokenFile_IsMalformed()
    {
        File.Delete(_tokenFile);

        Assert.That((await RefusalAsync())?.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public async Task Push_ToACollector_ArrivesAtTheLatestWithTheStop()
    {
        var bodies = new ConcurrentQueue<string>();
        await using WebApplication collector = await StartCollectorAsync(bodies);
        string endpoint = collector.Urls.Single();
        TestNode node = await TestNode.StartAsync(change: options => options with { Metrics = new MetricsOptions { OtlpEndpoint = endpoint } });
        await node.MakeContainerAsync();

        await node.Node.StopAsync(default);
        await node.DisposeAsync();

        Assert.That(bodies, Has.Some.Contains("nacre.server.request.duration").And.Some.Contains("/nacre.v1.Databases/Create"));
    }

    private Task<TestNode> StartAsync() => TestNode.StartAsync(change: Configure);

    private NodeOptions Configure(NodeOptions options) => options with { Metrics = new MetricsOptions { TokenFile = _tokenFile } };

    private async Task<NacreError?> RefusalAsync()
    {
        Result<NacreNode> started = await NacreNode.StartAsync(
            Configure(TestNode.OptionsFor(Path.Combine(_folder, "data"))), new NodeEnvironment(), default);
        return started.Error;
    }

    private string WriteToken(string text)
    {
        string path = Path.Combine(_folder, "token");
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private async Task<string> ScrapedAsync(TestNode node)
    {
        using HttpResponseMessage answer = await AskAsync(node, HttpMethod.Get, $"Bearer {_token}");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<HttpResponseMessage> AskAsync(TestNode node, HttpMethod method, string? authorization)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(node.Connection.CaCertificate!));
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
        using var request = new HttpRequestMessage(method, new Uri(node.Node.Endpoint, "/metrics"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await client.SendAsync(request);
    }

    /// <summary>The value of the first series of a name whose labels hold all of these; NaN where there is none.</summary>
    private static double Value(string text, string name, params string[] labels)
    {
        foreach (Match line in Regex.Matches(text, $$"""^{{name}}\{(?<labels>[^}]*)\} (?<value>\S+)""", RegexOptions.Multiline))
        {
            if (labels.All(label => line.Groups["labels"].Value.Contains(label, StringComparison.Ordinal)))
            {
                return double.Parse(line.Groups["value"].Value, System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        return double.NaN;
    }

    /// <summary>Takes what comes by OTLP over gRPC without TLS, as a collector beside the node does.</summary>
    private static async Task<WebApplication> StartCollectorAsync(ConcurrentQueue<string> bodies)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        WebApplication collector = builder.Build();
        collector.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            bodies.Enqueue(Encoding.Latin1.GetString(body.ToArray()));
            http.Response.ContentType = "application/grpc";
            await http.Response.Body.WriteAsync(new byte[5]);
            http.Response.AppendTrailer("grpc-status", "0");
        });
        await collector.StartAsync();
        return collector;
    }
}
