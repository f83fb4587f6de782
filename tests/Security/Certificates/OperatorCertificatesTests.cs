using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Errors;
using Nacre.Security.Certificates;
using Nacre.Security.Tests.Support;

namespace Nacre.Security.Tests.Certificates;

[TestFixture]
internal sealed class OperatorCertificatesTests
{
    private string _folder = null!;
    private FakeTimeProvider _time = null!;
    private ListLogger _logger = null!;

    private string CertificatePath => Path.Combine(_folder, "server.crt");

    private string KeyPath => Path.Combine(_folder, "server.key");

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("nacre-tls-").FullName;
        _time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        _logger = new ListLogger();
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Start_PemFiles_ServesThem()
    {
        using X509Certificate2 certificate = Write("CN=first");
        using ServerCertificateSource source = Start().Expect();

        (_, _, string subject) = await Handshake.RunAsync(source.ServerOptions(), certificate, SslProtocols.Tls12);

        Assert.That(subject, Is.EqualTo("CN=first"));
        Assert.That(source.Current.Names, Is.EqualTo(new[] { "localhost" }));
    }

    [Test]
    public async Task Refresh_FilesReplaced_NewConnectionsGetTheNewCertificate()
    {
        using X509Certificate2 first = Write("CN=first");
        using ServerCertificateSource source = Start().Expect();
        using X509Certificate2 second = Write("CN=second");

        _time.Advance(ServerCertificateSource.RefreshInterval);

        (_, _, string subject) = await Handshake.RunAsync(source.ServerOptions(), second, SslProtocols.Tls13);
        Assert.That(subject, Is.EqualTo("CN=second"));
        Assert.That(_logger.Lines.Select(line => line.Level), Is.EqualTo(new[] { LogLevel.Information }));
    }

    [Test]
    public void Refresh_FilesUnchanged_KeepsTheCertificate()
    {
        Write("CN=first").Dispose();
        using ServerCertificateSource source = Start().Expect();
        ServerCertificate before = source.Current;

        _time.Advance(10 * ServerCertificateSource.RefreshInterval);

        Assert.That(source.Current, Is.SameAs(before));
        Assert.That(_logger.Lines, Is.Empty);
    }

    [Test]
    public void Refresh_HalfReplaced_ServesTheOldOneUntilBothBelongTogether()
    {
        Write("CN=first").Dispose();
        using ServerCertificateSource source = Start().Expect();
        string oldKey = File.ReadAllText(KeyPath);
        Write("CN=second").Dispose();
        string newKey = File.ReadAllText(KeyPath);

        File.WriteAllText(KeyPath, oldKey);
        _time.Advance(5 * ServerCertificateSource.RefreshInterval);
        Assert.That(source.Current.Leaf.Subject, Is.EqualTo("CN=first"));
        Assert.That(_logger.Lines.Select(line => line.Level), Is.EqualTo(new[] { LogLevel.Error }), "said once, not at every turn");

        File.WriteAllText(KeyPath, newKey);
        _time.Advance(ServerCertificateSource.RefreshInterval);
        Assert.That(source.Current.Leaf.Subject, Is.EqualTo("CN=second"));
    }

    [Test]
    public void Refresh_FilesGone_ServesOn()
    {
        Write("CN=first").Dispose();
        using ServerCertificateSource source = Start().Expect();
        File.Delete(CertificatePath);

        _time.Advance(ServerCertificateSource.RefreshInterval);

        Assert.That(source.Current.Leaf.Subject, Is.EqualTo("CN=first"));
        Assert.That(_logger.Lines, Has.Count.EqualTo(1));
    }

    [Test]
    public void Start_FilesMissing_SaysNotFound() =>
        Assert.That(Start().Code(), Is.EqualTo(ErrorCode.NotFound));

    [TestCase("")]
    [TestCase("no PEM at all")]
    [TestCase("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void Start_CertificateUnreadable_SaysMalformed(string pem)
    {
        Write("CN=first").Dispose();
        File.WriteAllText(CertificatePath, pem);

        Assert.That(Start().Code(), Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public void Start_KeyEncrypted_SaysMalformed()
    {
        Write("CN=first").Dispose();
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(KeyPath, key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1)));

        Assert.That(Start().Code(), Is.EqualTo(ErrorCode.Malformed));
    }

    private Result<ServerCertificateSource> Start() =>
        ServerCertificateSource.Start(new OperatorCertificates(CertificatePath, KeyPath), _time, _logger);

    private X509Certificate2 Write(string subject)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 made = request.CreateSelfSigned(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddDays(30));
        File.WriteAllText(CertificatePath, made.ExportCertificatePem());
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
        return X509CertificateLoader.LoadCertificate(made.RawData);
    }
}
