using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nacre.Benchmarks.Load.Servers;

/// <summary>One certificate for the peers, so that all of them do the same TLS work.</summary>
internal sealed class TestCertificates
{
    /// <summary>Makes a self-signed P-256 certificate for loopback in a folder.</summary>
    public TestCertificates(string folder)
    {
        Directory.CreateDirectory(folder);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 certificate =
            request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));

        CertificateFile = Path.Combine(folder, "server.crt");
        KeyFile = Path.Combine(folder, "server.key");
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>PEM.</summary>
    public string CertificateFile { get; }

    /// <summary>PEM, PKCS #8.</summary>
    public string KeyFile { get; }

    /// <summary>A client's check that trusts this certificate and no other.</summary>
    public bool Trusts(X509Certificate? presented)
    {
        using X509Certificate2 own = X509CertificateLoader.LoadCertificateFromFile(CertificateFile);
        return presented is not null && presented.GetRawCertData().AsSpan().SequenceEqual(own.RawDataMemory.Span);
    }
}
