using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Nacre.Core;

namespace Nacre.Security.Certificates;

/// <summary>A certificate with its private key and chain, ready to serve.</summary>
/// <remarks>
/// Immutable, and never disposed: handshakes that took it go on after its successor came. The collector frees it.
/// </remarks>
public sealed class ServerCertificate
{
    private const string SubjectAlternativeName = "2.5.29.17";

    /// <summary>Makes one.</summary>
    /// <param name="leaf">The certificate with its private key.</param>
    /// <param name="chain">What the server sends with it, its issuer first; may be empty.</param>
    public ServerCertificate(X509Certificate2 leaf, X509Certificate2Collection chain)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        Invariant.Check(leaf.HasPrivateKey);
        Leaf = leaf;
        Names = NamesOf(leaf);

        // Offline: nothing is fetched from wherever a certificate says its issuer or revocation list may be.
        Context = SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }

    /// <summary>The certificate.</summary>
    public X509Certificate2 Leaf { get; }

    /// <summary>What SslStream and Kestrel serve.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>DNS names and addresses that the certificate holds: what clients may dial.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>First moment of its validity.</summary>
    public DateTimeOffset NotBefore => Leaf.NotBefore;

    /// <summary>Last moment of its validity.</summary>
    public DateTimeOffset NotAfter => Leaf.NotAfter;

    private static List<string> NamesOf(X509Certificate2 leaf)
    {
        var names = new List<string>();
        if (leaf.Extensions[SubjectAlternativeName] is { } extension)
        {
            var alternatives = new X509SubjectAlternativeNameExtension(extension.RawData, extension.Critical);
            names.AddRange(alternatives.EnumerateDnsNames());
            names.AddRange(alternatives.EnumerateIPAddresses().Select(address => address.ToString()));
        }

        return names;
    }
}
