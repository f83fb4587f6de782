using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Security.Certificates;
using Nacre.Security.Keys;
using Nacre.Security.Tests.Support;
using Nacre.Testing;

namespace Nacre.Security.Tests.Certificates;

[TestFixture]
internal sealed class OwnCertificatesTests
{
    private const string AuthorityPath = "/data/tls/authority";
    private static readonly ClusterId Cluster = new(0xABC);

    private SimulatedFileSystem _files = null!;
    private FakeTimeProvider _time = null!;
    private KeyRing _ring = null!;
    private SecretSealer _sealer = null!;

    [SetUp]
    public void SetUp()
    {
        // Handshakes verify against the machine's clock.
        _time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        _files = new SimulatedFileSystem();
        _ring = new KeyRingFolder(_files, "/data/keys", _time, CryptographicRandom.Instance).Create(Cluster, new FixedRootKeyProvider(1)).Expect();
        _sealer = new SecretSealer(_ring, KeyDomainId.Shared, CryptographicRandom.Instance);
    }

    [TearDown]
    public void TearDown() => _ring.Dispose();

    [Test]
    public void AdoptAuthority_OfAnotherNodes_IssuesUnderIt()
    {
        OwnCertificates first = Own();
        first.Refresh(null).Expect();
        using X509Certificate2 ca = first.AuthorityCertificate().Expect();
        using SecretBytes exported = first.ExportAuthority().Expect();
        var second = new OwnCertificates(_files, "/other/tls", _sealer, Cluster, [], _time, CryptographicRandom.Instance);

        second.AdoptAuthority(exported.Span, SHA256.HashData(ca.RawData)).Expect();

        using X509Chain chain = Build(second.Refresh(null).Expect().Leaf, ca, _time.GetUtcNow(), out bool verified);
        Assert.That(verified, Is.True);
        Assert.That(_files.Get("/other/tls/ca.pem"), Is.EqualTo(_files.Get("/data/tls/ca.pem")));
        Assert.That(_files.FindBytes(exported.Span[^60..].ToArray()), Is.Null, "the key in clear");
    }

    [Test]
    public void AdoptAuthority_OfAnythingElse_IsCorruptAndWritesNothing()
    {
        OwnCertificates first = Own();
        using X509Certificate2 ca = first.AuthorityCertificate().Expect();
        using SecretBytes exported = first.ExportAuthority().Expect();
        var second = new OwnCertificates(_files, "/other/tls", _sealer, Cluster, [], _time, CryptographicRandom.Instance);
        byte[] fingerprint = SHA256.HashData(ca.RawData);

        Assert.That(second.AdoptAuthority(exported.Span, new byte[32]).Error?.Code, Is.EqualTo(ErrorCode.Corrupt), "another authority");
        for (int length = 0; length < exported.Length; length += 7)
        {
            Assert.That(second.AdoptAuthority(exported.Span[..length], fingerprint).Error?.Code, Is.EqualTo(ErrorCode.Corrupt));
        }

        Assert.That(_files.FileExists("/other/tls/authority"), Is.False);
    }

    [Test]
    public void SignNode_ForAKey_SignsThatKeyForThatNode()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var identity = new NodeIdentity(Cluster, new NodeId(3), new RegionId(2));

        (X509Certificate2 node, X509Certificate2 authority) = Own().SignNode(identity, new PublicKey(key)).Expect();

        Assert.That(NodeIdentity.Of(node), Is.EqualTo(identity));
        Assert.That(node.PublicKey.ExportSubjectPublicKeyInfo(), Is.EqualTo(key.ExportSubjectPublicKeyInfo()));
        Assert.That(node.HasPrivateKey, Is.False);
        Assert.That(authority.HasPrivateKey, Is.False);
        using X509Chain chain = Build(node, authority, _time.GetUtcNow(), out bool verified);
        Assert.That(verified, Is.True);
    }

    [Test]
    public void Refresh_FirstStart_MakesAChainThatVerifies()
    {
        ServerCertificate certificate = Own("db.example.com", "10.1.2.3").Refresh(null).Expect();

        using X509Certificate2 ca = PublishedCa();
        using X509Chain chain = Build(certificate.Leaf, ca, _time.GetUtcNow(), out bool verified);
        Assert.Multiple(() =>
        {
            Assert.That(verified, Is.True, string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation)));
            Assert.That(chain.ChainElements, Has.Count.EqualTo(2));
            Assert.That(certificate.Names, Is.EquivalentTo(new[] { "db.example.com", "10.1.2.3", "localhost", "127.0.0.1", "::1" }));
            Assert.That(certificate.Leaf.GetECDsaPublicKey()!.KeySize, Is.EqualTo(256));
            Assert.That(ca.GetECDsaPublicKey()!.KeySize, Is.EqualTo(384));
            Assert.That(ca.Subject, Does.Contain(Cluster.ToString()));
            Assert.That(ca.HasPrivateKey, Is.False);
        });
    }

    [Test]
    public void Refresh_AnotherAuthority_DoesNotVerify()
    {
        ServerCertificate certificate = Own().Refresh(null).Expect();
        using CertificateAuthority stranger = CertificateAuthority.Make(Cluster, _time.GetUtcNow(), CryptographicRandom.Instance);

        using X509Chain chain = Build(certificate.Leaf, stranger.Certificate, _time.GetUtcNow(), out bool verified);

        Assert.That(verified, Is.False);
    }

    [Test]
    public void Refresh_LeafAsAnAuthority_DoesNotVerify()
    {
        ServerCertificate certificate = Own().Refresh(null).Expect();
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 forged = request.Create(
            certificate.Leaf.SubjectName, X509SignatureGenerator.CreateForECDsa(certificate.Leaf.GetECDsaPrivateKey()!),
            _time.GetUtcNow(), _time.GetUtcNow().AddDays(1), [1]);
        using X509Certificate2 ca = PublishedCa();
        using var chain = new X509Chain { ChainPolicy = Policy(ca, _time.GetUtcNow().AddHours(1)) };
        chain.ChainPolicy.ExtraStore.Add(certificate.Leaf);

        Assert.That(chain.Build(forged), Is.False);
    }

    [Test]
    public void Refresh_NextStart_KeepsTheAuthorityAndDrawsAnotherLeaf()
    {
        ServerCertificate first = Own().Refresh(null).Expect();
        byte[] ca = _files.Get("/data/tls/ca.pem");

        ServerCertificate second = Own().Refresh(null).Expect();

        Assert.That(_files.Get("/data/tls/ca.pem"), Is.EqualTo(ca));
        Assert.That(second.Leaf.GetPublicKey(), Is.Not.EqualTo(first.Leaf.GetPublicKey()));
        Assert.That(second.Leaf.SerialNumber, Is.Not.EqualTo(first.Leaf.SerialNumber));
    }

    [Test]
    public void Refresh_AsTimePasses_RenewsBeforeTheEnd()
    {
        OwnCertificates own = Own();
        ServerCertificate present = own.Refresh(null).Expect();
        int renewals = 0;
        for (int day = 0; day < 365; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
            ServerCertificate next = own.Refresh(present).Expect();
            renewals += ReferenceEquals(next, present) ? 0 : 1;
            present = next;
            Assert.That(present.NotAfter, Is.GreaterThan(_time.GetUtcNow().AddDays(9)));
        }

        using X509Certificate2 ca = PublishedCa();
        using X509Chain chain = Build(present.Leaf, ca, _time.GetUtcNow(), out bool verified);
        Assert.That(verified, Is.True);
        Assert.That(renewals, Is.InRange(12, 24));
    }

    [Test]
    public void Refresh_AuthorityExpired_SaysWhatToDo()
    {
        Own().Refresh(null).Expect();
        _time.Advance(CertificateAuthority.AuthorityLifetime + TimeSpan.FromDays(1));

        Result<ServerCertificate> refused = Own().Refresh(null);

        Assert.That(refused.Code(), Is.EqualTo(ErrorCode.Malformed));
        Assert.That(refused.Error!.Message, Does.Contain("Remove it"));
    }

    [Test]
    public void Refresh_ShortlyBeforeTheAuthorityExpires_NoLeafOutlivesIt()
    {
        Own().Refresh(null).Expect();
        _time.Advance(CertificateAuthority.AuthorityLifetime - TimeSpan.FromDays(2));

        ServerCertificate certificate = Own().Refresh(null).Expect();

        using X509Certificate2 ca = PublishedCa();
        Assert.That(certificate.NotAfter, Is.EqualTo((DateTimeOffset)ca.NotAfter));
    }

    [Test]
    public void Authority_AnyByteChangedOrMissing_IsRefused()
    {
        Own().Refresh(null).Expect();
        byte[] whole = _files.Get(AuthorityPath);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 0x01;
            _files.Put(AuthorityPath, changed);
            Assert.That(Own().Refresh(null).Code(), Is.EqualTo(at == 0 ? ErrorCode.Unsupported : ErrorCode.Corrupt), $"byte {at}");

            _files.Put(AuthorityPath, whole.AsSpan(0, at));
            Assert.That(Own().Refresh(null).Code(), Is.EqualTo(ErrorCode.Corrupt), $"{at} bytes");
        }
    }

    [Test]
    public void Authority_CertificateOfAnother_IsCorrupt()
    {
        using CertificateAuthority one = CertificateAuthority.Make(Cluster, _time.GetUtcNow(), CryptographicRandom.Instance);
        using CertificateAuthority other = CertificateAuthority.Make(Cluster, _time.GetUtcNow(), CryptographicRandom.Instance);
        byte[] certificate = one.Certificate.RawData;
        _files.Put(AuthorityPath, _sealer.Seal(
            "certificate authority", [.. BitConverter.GetBytes(certificate.Length), .. certificate, .. other.ExportKey()]));

        Assert.That(Own().Refresh(null).Code(), Is.EqualTo(ErrorCode.Corrupt));
    }

    [Test]
    public void Folder_Always_HoldsNoPrivateKeyInTheClear()
    {
        Own().Refresh(null).Expect();
        using SecretBytes content = _sealer.Open("certificate authority", _files.Get(AuthorityPath)).Expect();

        Assert.That(_files.FindBytes(content.Span[^48..]), Is.Null);
        Assert.That(_files.FindBytes("PRIVATE KEY"u8), Is.Null);
        Assert.That(_files.AllFiles, Is.EqualTo(new[] { "/data/keys/keyring", AuthorityPath, "/data/tls/ca.pem" }));
    }

    [Test]
    public void PublishedCertificate_ReplacedOrLost_IsPutBack()
    {
        Own().Refresh(null).Expect();
        byte[] ca = _files.Get("/data/tls/ca.pem");

        _files.Put("/data/tls/ca.pem", "forged"u8);
        Own().Refresh(null).Expect();
        Assert.That(_files.Get("/data/tls/ca.pem"), Is.EqualTo(ca));

        _files.Lose("/data/tls/ca.pem");
        Own().Refresh(null).Expect();
        Assert.That(_files.Get("/data/tls/ca.pem"), Is.EqualTo(ca));
    }

    [Test]
    public void Reseal_AfterKeyRotation_LetsTheOldKeyGo()
    {
        Own().Refresh(null).Expect();
        _ring.RotateDataKey(KeyDomainId.Shared).Expect();

        Own().Reseal().Expect();
        _ring.DestroyDataKey(new DataKeyId(1)).Expect();

        Own().Refresh(null).Expect();
    }

    [Test]
    public void KeyInUse_AfterKeyRotation_IsTheOldOneUntilResealed()
    {
        Own().Refresh(null).Expect();
        DataKeyId old = _ring.Current(KeyDomainId.Shared);
        _ring.RotateDataKey(KeyDomainId.Shared).Expect();

        Assert.That(Own().KeyInUse().Expect(), Is.EqualTo(old));
        Own().Reseal().Expect();
        Assert.That(Own().KeyInUse().Expect(), Is.EqualTo(_ring.Current(KeyDomainId.Shared)));
    }

    [Test]
    public void Refresh_PowerLostAtAnyStepOfTheFirstStart_NextStartServes()
    {
        for (ulong seed = 0; seed < 5; seed++)
        {
            bool crashed = true;
            for (int step = 1; crashed; step++)
            {
                SetUp();
                _files.CrashAt(_files.Changes + step, seed);
                try
                {
                    Own().Refresh(null).Expect();
                    crashed = false;
                }
                catch (SimulatedCrashException)
                {
                    // What follows is the next start.
                }

                _files = _files.Reboot(seed);
                ServerCertificate certificate = Own().Refresh(null).Expect();
                using X509Certificate2 ca = PublishedCa();
                using X509Chain chain = Build(certificate.Leaf, ca, _time.GetUtcNow(), out bool verified);
                Assert.That(verified, Is.True);
                _ring.Dispose();
            }
        }
    }

    [TestCase(SslProtocols.Tls12, "localhost")]
    [TestCase(SslProtocols.Tls13, "localhost")]
    [TestCase(SslProtocols.Tls12 | SslProtocols.Tls13, "127.0.0.1")]
    [TestCase(SslProtocols.Tls13, "::1")]
    [TestCase(SslProtocols.Tls13, "db.example.com")]
    public async Task Handshake_ClientThatTrustsTheAuthority_Succeeds(SslProtocols protocols, string host)
    {
        using ServerCertificateSource source = ServerCertificateSource.Start(Own("db.example.com"), _time, NullLogger.Instance).Expect();
        using X509Certificate2 ca = PublishedCa();

        (SslProtocols protocol, TlsCipherSuite cipher, _) = await Handshake.RunAsync(source.ServerOptions(), ca, protocols, host);

        Assert.That(protocol, Is.EqualTo(protocols.HasFlag(SslProtocols.Tls13) ? SslProtocols.Tls13 : SslProtocols.Tls12));
        Assert.That(cipher.ToString(), Does.Contain("GCM").Or.Contain("CHACHA20"));
    }

    [Test]
    public async Task Handshake_Tls11_IsAnsweredWithProtocolVersion()
    {
        using ServerCertificateSource source = ServerCertificateSource.Start(Own(), _time, NullLogger.Instance).Expect();

        byte[] answer = await Handshake.AnswerToAsync(source.ServerOptions(), Tls11ClientHello());

        // Record type alert, fatal, protocol_version (RFC 5246 §7.2).
        Assert.That(answer, Has.Length.EqualTo(7));
        Assert.That((answer[0], answer[5], answer[6]), Is.EqualTo((21, 2, 70)));
    }

    [Test]
    public async Task Handshake_PlainText_GetsNoPlainAnswer()
    {
        using ServerCertificateSource source = ServerCertificateSource.Start(Own(), _time, NullLogger.Instance).Expect();

        byte[] answer = await Handshake.AnswerToAsync(source.ServerOptions(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());

        Assert.That(answer, Has.Length.LessThanOrEqualTo(7), "at most an alert");
    }

    [Test]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void Handshake_CipherWithoutForwardSecrecyOrAuthentication_IsRefused()
    {
        using ServerCertificateSource source = ServerCertificateSource.Start(Own(), _time, NullLogger.Instance).Expect();
        using X509Certificate2 ca = PublishedCa();
        var weak = new CipherSuitesPolicy([TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384]);

        Assert.That(
            () => Handshake.RunAsync(source.ServerOptions(), ca, SslProtocols.Tls12, ciphers: weak), Throws.InstanceOf<AuthenticationException>());
    }

    [Test]
    public void Handshake_NameNotInTheCertificate_IsRefusedByTheClient()
    {
        using ServerCertificateSource source = ServerCertificateSource.Start(Own(), _time, NullLogger.Instance).Expect();
        using X509Certificate2 ca = PublishedCa();

        Assert.That(
            () => Handshake.RunAsync(source.ServerOptions(), ca, SslProtocols.Tls13, "other.example.com"), Throws.InstanceOf<AuthenticationException>());
    }

    [Test]
    public void Source_RenewalDue_TakesAndAnnouncesTheNewCertificate()
    {
        OwnCertificates own = Own();
        using ServerCertificateSource source = ServerCertificateSource.Start(own, _time, NullLogger.Instance).Expect();
        ServerCertificate first = source.Current;
        ServerCertificate? announced = null;
        source.Changed += certificate => announced = certificate;

        _time.Advance(TimeSpan.FromDays(21));

        Assert.That(source.Current, Is.Not.SameAs(first).And.SameAs(announced));
        Assert.That(source.Current.NotAfter, Is.GreaterThan(first.NotAfter));
    }

    [TestCase("localhost", true)]
    [TestCase("db.example.com", true)]
    [TestCase("10.0.0.1", true)]
    [TestCase("fe80::1", true)]
    [TestCase("", false)]
    [TestCase("a b", false)]
    [TestCase("bücher.example", false)]
    [TestCase("host:8081", false)]
    public void IsName_Always_TakesWhatACertificateCanHold(string name, bool expected) =>
        Assert.That(OwnCertificates.IsName(name), Is.EqualTo(expected));

    /// <summary>A hello whose best version is 1.1, with suites, curves and hashes that would otherwise do.</summary>
    private static byte[] Tls11ClientHello()
    {
        byte[] extensions =
        [
            0x00, 0x0A, 0x00, 0x04, 0x00, 0x02, 0x00, 0x17, // supported_groups: secp256r1
            0x00, 0x0B, 0x00, 0x02, 0x01, 0x00, // ec_point_formats: uncompressed
        ];
        byte[] body =
        [
            0x03, 0x02, // client_version 1.1
            .. new byte[32], // random
            0x00, // session id
            0x00, 0x04, 0xC0, 0x0A, 0xC0, 0x09, // ECDHE_ECDSA with AES-CBC and SHA-1
            0x01, 0x00, // no compression
            0x00, (byte)extensions.Length, .. extensions,
        ];
        return [0x16, 0x03, 0x01, 0x00, (byte)(body.Length + 4), 0x01, 0x00, 0x00, (byte)body.Length, .. body];
    }

    private static X509Chain Build(X509Certificate2 leaf, X509Certificate2 ca, DateTimeOffset at, out bool verified)
    {
        var chain = new X509Chain { ChainPolicy = Policy(ca, at) };
        verified = chain.Build(leaf);
        return chain;
    }

    private static X509ChainPolicy Policy(X509Certificate2 ca, DateTimeOffset at) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { ca },
        RevocationMode = X509RevocationMode.NoCheck,
        ApplicationPolicy = { new Oid("1.3.6.1.5.5.7.3.1") },
        VerificationTime = at.UtcDateTime,
        VerificationTimeIgnored = false,
    };

    private OwnCertificates Own(params string[] names) =>
        new(_files, "/data/tls", _sealer, Cluster, names, _time, CryptographicRandom.Instance);

    private X509Certificate2 PublishedCa() => X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(_files.Get("/data/tls/ca.pem")));
}
