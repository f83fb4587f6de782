using Nacre.Core.Errors;
using Nacre.Security.Certificates;

namespace Nacre.Server.Tests.Peers;

/// <summary>Serves one certificate for ever.</summary>
internal sealed class NodeCertificatesDouble(ServerCertificate certificate) : IServerCertificateProvider
{
    public Result<ServerCertificate> Refresh(ServerCertificate? present) => certificate;
}
