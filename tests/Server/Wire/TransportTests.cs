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

    [TestCase(0x0301)]
    [TestCase(0x0302)]
    public async Task Connect_Tls11OrOlder_IsRefusedByItsAlert(int version)
    {
        // By hand: a library of today refuses to ask for it, and the server would never hear of it.
        byte[] answer = await SayHelloAsync(version);

        Assert.That(answer, Has.Length.EqualTo(7));
        Assert.That(answer[0], Is.EqualTo(21), "an alert");
        Assert.That(answer[5..], Is.EqualTo(new byte[] { 2, 70 }), "fatal: protocol version");
    }

    [Test]
    public async Task Connect_Tls12ByHand_IsAnsweredWithAHello()
    {
        byte[] answer = await SayHelloAsync(0x0303);

        Assert.That((answer[0], answer[5]), Is.EqualTo(((byte)22, (byte)2)), "a handshake: server hello");
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

    /// <summary>Sends a client hello of a version, made by hand.</summary>
    /// <returns>The first record that comes back, with its header.</returns>
    private async Task<byte[]> SayHelloAsync(int version)
    {
        byte[] extensions =
        [
            0, 10, 0, 6, 0, 4, 0, 23, 0, 24, // groups: P-256, P-384
            0, 11, 0, 2, 1, 0, // points: uncompressed
            0, 13, 0, 8, 0, 6, 4, 3, 5, 3, 4, 1, // signatures: ECDSA and RSA with SHA-2
            0, 16, 0, 5, 0, 3, 2, (byte)'h', (byte)'2', // HTTP/2
        ];
        byte[] hello =
        [
            (byte)(version >> 8), (byte)version, .. new byte[32], 0,
            0, 8, 0xC0, 0x2B, 0xC0, 0x09, 0xC0, 0x13, 0, 0x2F, 1, 0,
            0, (byte)extensions.Length, .. extensions,
        ];
        using var peer = new TcpClient();
        await peer.ConnectAsync(_wire.Address.Host, _wire.Address.Port);
        NetworkStream stream = peer.GetStream();
        await stream.WriteAsync((byte[])[22, 3, 1, 0, (byte)(hello.Length + 4), 1, 0, 0, (byte)hello.Length, .. hello]);
        byte[] record = new byte[5];
        await stream.ReadExactlyAsync(record);
        byte[] content = new byte[(record[3] << 8) | record[4]];
        await stream.ReadExactlyAsync(content);
        return [.. record, .. content];
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
