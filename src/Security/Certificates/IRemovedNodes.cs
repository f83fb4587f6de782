using Nacre.Core.Ids;

namespace Nacre.Security.Certificates;

/// <summary>Which nodes and certificates are no longer of the cluster, as far as this node knows.</summary>
/// <remarks>Thread-safe; asked at each handshake and for each frame, so it answers from memory.</remarks>
public interface IRemovedNodes
{
    /// <summary>Whether the node was removed; its id is never given again.</summary>
    bool IsRemoved(NodeId node);

    /// <summary>Whether one certificate was revoked, and its node not.</summary>
    /// <param name="serialNumber">As <see cref="System.Security.Cryptography.X509Certificates.X509Certificate2.SerialNumber"/> gives it: upper-case hexadecimal.</param>
    bool IsRevoked(string serialNumber);
}
