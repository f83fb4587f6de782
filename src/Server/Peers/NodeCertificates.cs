using Nacre.Core.Errors;
using Nacre.Security.Certificates;

namespace Nacre.Server.Peers;

/// <summary>The certificate that this node shows to other nodes: signed by the cluster's authority, renewed when a third of its life is left.</summary>
/// <param name="authority">The authority.</param>
/// <param name="identity">Who this node is.</param>
/// <param name="time">The clock.</param>
/// <remarks>Called by one thread at a time.</remarks>
internal sealed class NodeCertificates(OwnCertificates authority, NodeIdentity identity, TimeProvider time) : IServerCertificateProvider
{
    /// <inheritdoc/>
    public Result<ServerCertificate> Refresh(ServerCertificate? present) =>
        present is not null && time.GetUtcNow() < present.NotAfter - ((present.NotAfter - present.NotBefore) / 3)
            ? present
            : authority.IssueNode(identity);
}
