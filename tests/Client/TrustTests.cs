using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nacre.Client.Tests.Fakes;

namespace Nacre.Client.Tests;

/// <summary>Who is trusted to be the server, and who is not.</summary>
[TestFixture]
public sealed class TrustTests
{
    private static readonly Func<NacreClientOptions, NacreClientOptions> Once = options => options with { MaxRetries = 0 };

    [Test]
    public async Task Connect_OtherAuthority_IsUntrusted()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using var other = new TestAuthority();
        await using var client = new NacreClient(new NacreConnection(server.Endpoint, server.State.Key, other.PemFile));

        NacreException? error = await Assert.ThrowsAsync<NacreException>(() => client.GetAccountAsync());

        Assert.That(error!.Code, Is.EqualTo(NacreErrorCode.ServerUntrusted));
        Assert.That(error.IsTransient, Is.False);
        Assert.That(server.State.Calls, Is.Empty);
    }

    [Test]
    public async Task Connect_AuthoritiesOfTheSystem_DoNotKnowIt()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        await using var client = new NacreClient(new NacreConnection(server.Endpoint, server.State.Key));

        Assert.That(() => client.GetAccountAsync(), Refused.With(NacreErrorCode.ServerUntrusted));
    }

    [Test]
    public async Task Connect_OtherHostName_IsUntrusted()
    {
        using var authority = new TestAuthority();
        await using FakeServer server = await FakeServer.StartAsync(authority, authority.Issue("db.example", loopback: false));
        await using NacreClient client = server.Client(change: Once);

        Assert.That(() => client.GetAccountAsync(), Refused.With(NacreErrorCode.ServerUntrusted));
    }

    [Test]
    public async Task Connect_HostName_IsTrusted()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        var endpoint = new Uri($"https://localhost:{server.Endpoint.Port}");
        await using var client = new NacreClient(new NacreConnection(endpoint, server.State.Key, server.Authority.PemFile));

        Assert.That((await client.GetAccountAsync()).ServerVersion, Is.EqualTo("0.0.0-fake"));
    }

    [Test]
    public async Task Connect_SelfSignedLeafAsAuthority_IsTrusted()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        await using FakeServer server = await FakeServer.StartAsync(certificate: certificate);
        await File.WriteAllTextAsync(server.Authority.PemFile, made.ExportCertificatePem());
        await using NacreClient client = server.Client(change: Once);

        Assert.That((await client.GetAccountAsync()).DataShards, Is.EqualTo(2));
    }

    [Test]
    public void Client_CertificateFileWithoutCertificate_Throws()
    {
        string path = Path.GetTempFileName();
        try
        {
            Assert.That(
                () => new NacreClient(new NacreConnection(new Uri("https://localhost:1"), Convert.ToBase64String(new byte[64]), path)),
                Throws.TypeOf<FormatException>());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public async Task Connect_WrongKey_Unauthenticated()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        await using var client = new NacreClient(new NacreConnection(server.Endpoint, Convert.ToBase64String(new byte[64]), server.Authority.PemFile));

        Assert.That(() => client.GetAccountAsync(), Refused.With(NacreErrorCode.Unauthenticated));
    }

    [Test]
    public async Task Stream_WrongKey_Unauthenticated()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        await using var client = new NacreClient(
            new NacreConnection(server.Endpoint, Convert.ToBase64String(new byte[64]), server.Authority.PemFile),
            new NacreClientOptions { Transport = NacreTransport.Stream });

        Assert.That(async () => await client.GetContainer("a", "b").ReadJsonAsync("x", "y"), Refused.With(NacreErrorCode.Unauthenticated));
    }
}
