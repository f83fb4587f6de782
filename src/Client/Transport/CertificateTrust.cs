using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nacre.Client.Transport;

/// <summary>Whom the TLS handshake trusts. There is no way to switch the check off.</summary>
internal static class CertificateTrust
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Settings of the client's side of the handshake.</summary>
    /// <param name="caCertificatePath">PEM file with the only roots to trust; null: those of the operating system.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="FormatException">The file holds no certificate.</exception>
    public static SslClientAuthenticationOptions Options(string? caCertificatePath)
    {
        var options = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };

        if (caCertificatePath is not null)
        {
            // The runtime checks the host name besides: no callback takes the decision from it.
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
            policy.CustomTrustStore.AddRange(Load(caCertificatePath));
            options.CertificateChainPolicy = policy;
        }

        return options;
    }

    private static X509Certificate2Collection Load(string path)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPem(File.ReadAllText(path));
        }
        catch (CryptographicException e)
        {
            throw new FormatException($"The file '{path}' holds a damaged certificate.", e);
        }

        return roots.Count > 0
            ? roots
            : throw new FormatException($"The file '{path}' holds no certificate in PEM form.");
    }
}
