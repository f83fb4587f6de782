using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Grpc.Core;
using Grpc.Health.V1;
using Nacre.Server.Tests.Support;

namespace Nacre.Server.Tests.Wire;

/// <summary>What may speak to the port at all.</summary>
[TestFixture]
public sealed class TransportTests
{
    private static readonly byte[] Preface = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private TestWire _wire = null!;

    [OneTimeSetUp]
    public async Task Start() => _wire = await TestWire.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _wire.DisposeAsync();

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task Connect_PeerOfOneVersionAlone_IsServed(SslProtocols version)
    {
        using SslStream peer = await ConnectAsync(version, SslApplicationProtocol.Http2);

        Assert.That(peer.SslProtocol, Is.EqualTo(version));
        Assert.That(await AnswersPrefaceAsync(peer), Is.True);
    }

    [Test]
    public async Task Connect_Tls11_IsRefused()
    {
#pragma warning disable SYSLIB0039, CA5397 // The old version is what is under test.
        Exception refusal = (await Assert.CatchAsync(() => ConnectAsync(SslProtocols.Tls11, SslApplicationProtocol.Http2)))!;
#pragma warning restore SYSLIB0039, CA5397

        Assert.That(refusal, Is.InstanceOf<AuthenticationException>().Or.InstanceOf<IOException>());
    }

    [Test]
    public async Task Connect_PlainText_GetsNoAnswer()
    {
        using var peer = new TcpClient();
        await peer.ConnectAsync(_wire.Address.Host, _wire.Address.Port);
        NetworkStream stream = peer.GetStream();

        await stream.WriteAsync(Preface);

        Assert.That(await ReadOrEndAsync(stream), Is.LessThanOrEqualTo(7), "at most a TLS alert");
    }

    [Test]
    public async Task Connect_Http11_IsRefused()
    {
        Exception refusal = (await Assert.CatchAsync(async () =>
        {
            using SslStream peer = await ConnectAsync(SslProtocols.None, SslApplicationProtocol.Http11);
            await peer.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
            int read = await ReadOrEndAsync(peer);
            throw new IOException($"closed after {read} bytes");
        }))!;

        Assert.That(refusal, Is.InstanceOf<AuthenticationException>().Or.InstanceOf<IOException>());
        Assert.That(refusal.Message, Does.Not.Contain("200"));
    }

    [Test]
    public async Task Health_AsSet_IsToldToAnybody()
    {
        var health = new Health.HealthClient(_wire.Invoker);
        _wire.Health.SetStatus("", HealthCheckResponse.Types.ServingStatus.Serving);
        HealthCheckResponse serving = await health.CheckAsync(new HealthCheckRequest());
        _wire.Health.SetStatus("", HealthCheckResponse.Types.ServingStatus.NotServing);
        HealthCheckResponse notServing = await health.CheckAsync(new HealthCheckRequest());

        Assert.That(serving.Status, Is.EqualTo(HealthCheckResponse.Types.ServingStatus.Serving));
        Assert.That(notServing.Status, Is.EqualTo(HealthCheckResponse.Types.ServingStatus.NotServing));
    }

    [Test]
    public async Task Reflection_WithoutDev_IsNotThere()
    {
        using RawCall raw = _wire.NewRawCall();

        RawCall.Answer answer = await raw.PostAsync(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", RawCall.Frame([]), null);

        Assert.That(answer.Status, Is.EqualTo(StatusCode.Unimplemented));
    }

    private async Task<SslStream> ConnectAsync(SslProtocols version, SslApplicationProtocol protocol)
    {
        var peer = new TcpClient();
        await peer.ConnectAsync(_wire.Address.Host, _wire.Address.Port);
        var tls = new SslStream(peer.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = _wire.Address.Host,
            EnabledSslProtocols = version,
            ApplicationProtocols = [protocol],
            CertificateChainPolicy = _wire.Trust,
        });
        return tls;
    }

    private static async Task<bool> AnswersPrefaceAsync(Stream stream)
    {
        byte[] emptySettings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        await stream.WriteAsync(Preface);
        await stream.WriteAsync(emptySettings);
        byte[] answer = new byte[9];
        await stream.ReadExactlyAsync(answer);
        return answer[3] == 4;
    }

    private static async Task<int> ReadOrEndAsync(Stream stream)
    {
        byte[] buffer = new byte[4096];
        int read = 0;
        try
        {
            int more;
            while ((more = await stream.ReadAsync(buffer)) > 0)
            {
                read += more;
            }
        }
        catch (IOException)
        {
            // A reset is an end, too.
        }

        return read;
    }
}
