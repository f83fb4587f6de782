using Nacre.Core.Errors;

namespace Nacre.Security.Certificates;

/// <summary>Where the server's certificate comes from: the own authority, or the operator's files.</summary>
/// <remarks>Called by one thread at a time.</remarks>
public interface IServerCertificateProvider
{
    /// <summary>Gives the certificate to serve now.</summary>
    /// <param name="present">The one that is served; null at the start.</param>
    /// <returns>
    /// <paramref name="present"/> itself while it is still the right one. Errors: <see cref="ErrorCode.NotFound"/>,
    /// <see cref="ErrorCode.Malformed"/>, <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.
    /// </returns>
    Result<ServerCertificate> Refresh(ServerCertificate? present);
}
