using Nacre.Security.Certificates;

namespace Nacre.Server.Peers;

/// <summary>A node that was let through.</summary>
/// <param name="Identity">Who it is.</param>
/// <param name="SerialNumber">Of the certificate that it showed.</param>
internal sealed record AdmittedPeer(NodeIdentity Identity, string SerialNumber);
