using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Nacre.Core.Time;
using Nacre.Security.Certificates;

namespace Nacre.Server.Administration;

/// <summary>What the handlers of nodes work with.</summary>
internal sealed class ClusterServices
{
    /// <summary>The cluster's certificate authority; null where the operator gave the certificate and there is no node port.</summary>
    public required OwnCertificates? Authority { get; init; }

    /// <summary>Gives the certificate of the operator that clients see; null where the cluster's authority signs it.</summary>
    public required Func<X509Certificate2?> OperatorCertificate { get; init; }

    /// <summary>How the nodes are doing.</summary>
    public required IClusterHealth Health { get; init; }

    /// <summary>Where it is said who joined.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Chance.</summary>
    public required IRandomSource Random { get; init; }
}
