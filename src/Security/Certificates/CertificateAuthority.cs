using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nacre.Core.Ids;
using Nacre.Core.Time;

namespace Nacre.Security.Certificates;

/// <summary>The cluster's own certificate authority: ECDSA P-384, signs leaves and nothing else.</summary>
/// <remarks>Not thread-safe. Disposal frees the private key.</remarks>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>How long an authority lives. A data folder's authority is renewed by the operator (<c>docs/formats/tls.md</c>).</summary>
    public static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);

    /// <summary>How long a leaf lives.</summary>
    public static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(30);

    /// <summary>Validity begins this long before the making, for peers whose clocks are behind.</summary>
    public static readonly TimeSpan Backdating = TimeSpan.FromDays(1);

    private const int SerialBytes = 16;

    private readonly ECDsa _key;

    private CertificateAuthority(X509Certificate2 certificate, ECDsa key)
    {
        Certificate = certificate;
        _key = key;
    }

    /// <summary>The authority's certificate, without its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Makes an authority. Its key comes from the operating system's generator.</summary>
    public static CertificateAuthority Make(ClusterId cluster, DateTimeOffset now, IRandomSource random)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName($"Nacre cluster {cluster}");
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA384);
        var subjectKey = new X509SubjectKeyIdentifierExtension(request.PublicKey, X509SubjectKeyIdentifierHashAlgorithm.ShortSha256, critical: false);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLengthConstraint: 0));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(subjectKey);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(subjectKey));
        X509Certificate2 certificate = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now - Backdating, now + AuthorityLifetime, Serial(random));
        return new CertificateAuthority(certificate, key);
    }

    /// <summary>Opens an authority that <see cref="ExportKey"/> saved; null when key and certificate do not belong together.</summary>
    /// <param name="certificate">DER.</param>
    /// <param name="key">PKCS#8.</param>
    public static CertificateAuthority? Open(ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> key)
    {
        var opened = ECDsa.Create();
        try
        {
            opened.ImportPkcs8PrivateKey(key, out _);
            X509Certificate2 loaded = X509CertificateLoader.LoadCertificate(certificate);
            using ECDsa? stated = loaded.GetECDsaPublicKey();
            if (stated is not null && stated.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(opened.ExportSubjectPublicKeyInfo()))
            {
                return new CertificateAuthority(loaded, opened);
            }
        }
        catch (CryptographicException)
        {
            // Answered below, like two that do not belong together.
        }

        opened.Dispose();
        return null;
    }

    /// <summary>The private key as PKCS#8; the caller clears it.</summary>
    public byte[] ExportKey() => _key.ExportPkcs8PrivateKey();

    /// <summary>Signs a server's certificate with a fresh key, which is nowhere but in memory.</summary>
    /// <param name="names">DNS names and addresses; at least one.</param>
    /// <param name="now">The present.</param>
    /// <param name="random">Draws the serial number.</param>
    public ServerCertificate IssueServer(IReadOnlyList<string> names, DateTimeOffset now, IRandomSource random)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 signed = Sign(
            names[0].Length <= 64 ? names[0] : "nacre", new PublicKey(key), AlternativeNames(names), [NodeVerifier.ServerAuthentication], now, random);
        return new ServerCertificate(signed.CopyWithPrivateKey(key), [Certificate]);
    }

    /// <summary>Signs a node's certificate with a fresh key, which is nowhere but in memory.</summary>
    /// <param name="identity">Who the node is; the caller has made sure of it.</param>
    /// <param name="now">The present.</param>
    /// <param name="random">Draws the serial number.</param>
    public ServerCertificate IssueNode(NodeIdentity identity, DateTimeOffset now, IRandomSource random)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 signed = SignNode(identity, new PublicKey(key), now, random);
        return new ServerCertificate(signed.CopyWithPrivateKey(key), [Certificate]);
    }

    /// <summary>Signs a node's certificate for a key that only the node has.</summary>
    /// <param name="identity">Who the node is; nothing of a request is taken over but its key.</param>
    /// <param name="key">The node's public key; the caller has seen that the node can sign with it.</param>
    /// <param name="now">The present.</param>
    /// <param name="random">Draws the serial number.</param>
    public X509Certificate2 SignNode(NodeIdentity identity, PublicKey key, DateTimeOffset now, IRandomSource random)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(identity.DnsName);
        names.AddUri(new Uri(identity.Uri));
        return Sign(
            $"Nacre node {identity.Node}", key, names.Build(), [NodeVerifier.ServerAuthentication, NodeVerifier.ClientAuthentication], now, random);
    }

    private X509Certificate2 Sign(
        string commonName, PublicKey key, X509Extension names, string[] usages, DateTimeOffset now, IRandomSource random)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        var oids = new OidCollection();
        foreach (string usage in usages)
        {
            oids.Add(new Oid(usage));
        }

        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(oids, critical: false));
        request.CertificateExtensions.Add(names);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, X509SubjectKeyIdentifierHashAlgorithm.ShortSha256, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        return request.Create(
            Certificate.SubjectName,
            X509SignatureGenerator.CreateForECDsa(_key),
            Later(now - Backdating, Certificate.NotBefore),
            Earlier(now + LeafLifetime, Certificate.NotAfter),
            Serial(random));
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static X509Extension AlternativeNames(IReadOnlyList<string> names)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        return alternatives.Build();
    }

    private static byte[] Serial(IRandomSource random)
    {
        byte[] serial = new byte[SerialBytes];
        random.Fill(serial);

        // Positive and of full length, whatever was drawn.
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
