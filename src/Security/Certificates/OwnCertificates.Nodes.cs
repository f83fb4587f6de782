using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Security.Keys;

namespace Nacre.Security.Certificates;

/// <content>What a cluster's other nodes get of the authority: certificates while they join, the authority itself once they are in.</content>
public sealed partial class OwnCertificates
{
    /// <summary>Whether an authority is there: otherwise the next use makes one.</summary>
    public bool Exists => _files.FileExists(AuthorityPath);

    /// <summary>Signs a certificate for a node's own key.</summary>
    /// <param name="identity">Who the node is; the caller has made sure of it.</param>
    /// <param name="key">The node's public key, as <see cref="NodeCertificateRequest.Read"/> gave it.</param>
    /// <returns>The certificate, and the authority's. Errors: <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    public Result<(X509Certificate2 Node, X509Certificate2 Authority)> SignNode(NodeIdentity identity, PublicKey key)
    {
        Invariant.Check(identity.Cluster == _cluster);
        DateTimeOffset now = _time.GetUtcNow();
        Result<CertificateAuthority> opened = OpenOrMake(now);
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        using CertificateAuthority authority = opened.Value;
        return (authority.SignNode(identity, key, now, _random), authority.Certificate);
    }

    /// <summary>The authority with its private key, for another node of the cluster.</summary>
    /// <returns>The bytes that <c>tls/authority</c> seals; the caller disposes them. Errors: <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    public Result<SecretBytes> ExportAuthority()
    {
        Result<CertificateAuthority> opened = OpenOrMake(_time.GetUtcNow());
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        using CertificateAuthority authority = opened.Value;
        return ContentOf(authority);
    }

    /// <summary>Takes over the authority that another node exported, in place of what may be here; durable on return.</summary>
    /// <param name="content">As <see cref="ExportAuthority"/> gave it.</param>
    /// <param name="expected">SHA-256 of the authority's certificate, as it is known from elsewhere.</param>
    /// <returns>Error: <see cref="ErrorCode.Corrupt"/>. Throws <see cref="StorageFaultException"/> when the disk refuses.</returns>
    public Result<Unit> AdoptAuthority(ReadOnlySpan<byte> content, ReadOnlySpan<byte> expected)
    {
        using CertificateAuthority? authority = Read(content);
        if (authority is null || !CryptographicOperations.FixedTimeEquals(SHA256.HashData(authority.Certificate.RawData), expected))
        {
            return new NacreError(ErrorCode.Corrupt, "What was received is not this cluster's certificate authority. Join again, with a new token.");
        }

        lock (_writing)
        {
            _files.CreateDirectory(_directory);
            Save(authority);
            PublishCertificate(authority);
        }

        return Unit.Value;
    }
}
