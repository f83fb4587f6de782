using System.Security.Cryptography.X509Certificates;
using Nacre.Core.Time;
using Nacre.Security.Certificates;

namespace Nacre.Server.Administration;

/// <summary>What the handlers of nodes work with.</summary>
internal sealed class ClusterServices
{
    /// <summary>The cluster's certificate authority.</summary>
    public required OwnCertificates Authority { get; init; }

    /// <summary>Gives the certificate by which clients of this node know it: its own authority's, or the one that the operator gave.</summary>
    public required Func<X509Certificate2?> Known { get; init; }

    /// <summary>How the nodes are doing.</summary>
    public required IClusterHealth Health { get; init; }

    /// <summary>Chance.</summary>
    public required IRandomSource Random { get; init; }
}
