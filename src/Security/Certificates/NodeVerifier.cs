using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Security.Certificates;

/// <summary>Tells whether a certificate is that of a node of this cluster, now. Decision 21 has the reasons.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class NodeVerifier
{
    internal const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    internal const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly ClusterId _cluster;
    private readonly X509Certificate2 _authority;
    private readonly IRemovedNodes _removed;
    private readonly TimeProvider _time;

    /// <summary>Names the cluster.</summary>
    /// <param name="cluster">The cluster whose nodes are let through.</param>
    /// <param name="authority">Its authority: the only root that counts.</param>
    /// <param name="removed">Nodes that were of the cluster.</param>
    /// <param name="time">The clock.</param>
    public NodeVerifier(ClusterId cluster, X509Certificate2 authority, IRemovedNodes removed, TimeProvider time) =>
        (_cluster, _authority, _removed, _time) = (cluster, authority, removed, time);

    /// <summary>What the platform's own check of a handshake is held to, beside <see cref="Verify"/>.</summary>
    /// <param name="role">The peer's end.</param>
    public X509ChainPolicy PolicyFor(NodePeerRole role)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,

            // The authority publishes no lists: nodes are removed by the cluster itself, and certificates live for 30 days.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = _time.GetUtcNow().LocalDateTime,
        };
        policy.CustomTrustStore.Add(_authority);
        policy.ApplicationPolicy.Add(new Oid(role == NodePeerRole.Dialling ? ClientAuthentication : ServerAuthentication));
        return policy;
    }

    /// <summary>Checks a peer's certificate.</summary>
    /// <param name="shown">What it showed; null for nothing.</param>
    /// <param name="role">The peer's end of the connection.</param>
    /// <returns>Who it is. Errors: Unauthenticated, Forbidden for a node or certificate that was removed.</returns>
    public Result<NodeIdentity> Verify(X509Certificate2? shown, NodePeerRole role)
    {
        if (shown is null)
        {
            return Refuse("It showed no certificate.");
        }

        DateTimeOffset now = _time.GetUtcNow();
        if (now < shown.NotBefore.ToUniversalTime() || now > shown.NotAfter.ToUniversalTime())
        {
            return Refuse($"Its certificate is valid from {shown.NotBefore.ToUniversalTime():O} through {shown.NotAfter.ToUniversalTime():O}, and now it is {now:O}. Renew it, or correct the clocks.");
        }

        using var chain = new X509Chain { ChainPolicy = PolicyFor(role) };
        if (!chain.Build(shown))
        {
            string findings = string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct());
            return Refuse($"Its certificate ({shown.Subject}) does not hold for a node of this cluster's authority: {findings}.");
        }

        // A name and both usages: an authority's other leaves, a server's for clients among them, are no node's.
        if (NodeIdentity.Of(shown) is not { } identity || !IsForNodes(shown))
        {
            return Refuse($"Its certificate ({shown.Subject}) is not a node's.");
        }

        return identity.Cluster != _cluster
            ? Refuse($"It is a node of cluster {identity.Cluster}.")
            : CheckInForce(identity, shown.SerialNumber);
    }

    /// <summary>Whether one who was let through still may stay.</summary>
    /// <param name="identity">What <see cref="Verify"/> gave.</param>
    /// <param name="serialNumber">The certificate's.</param>
    /// <returns>Errors: Forbidden.</returns>
    public Result<NodeIdentity> CheckInForce(NodeIdentity identity, string serialNumber)
    {
        if (_removed.IsRemoved(identity.Node))
        {
            return new NacreError(ErrorCode.Forbidden, $"Node {identity.Node} was removed from the cluster. Join it again, as a new node.");
        }

        return _removed.IsRevoked(serialNumber)
            ? new NacreError(ErrorCode.Forbidden, $"The certificate {serialNumber} of node {identity.Node} was revoked. Have it given another.")
            : identity;
    }

    private static bool IsForNodes(X509Certificate2 certificate)
    {
        HashSet<string?> usages =
        [
            .. certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
                .SelectMany(extension => extension.EnhancedKeyUsages.Cast<Oid>()).Select(usage => usage.Value),
        ];
        return usages.Contains(ServerAuthentication) && usages.Contains(ClientAuthentication);
    }

    private static NacreError Refuse(string message) => new(ErrorCode.Unauthenticated, message);
}
