using Microsoft.Extensions.Logging;

namespace Nacre.Security;

/// <summary>What this project logs: events 5000 to 5999. No keys, no credentials.</summary>
internal static partial class Log
{
    [LoggerMessage(5001, LogLevel.Information, "Serving another certificate: {Subject}, valid through {NotAfter}")]
    public static partial void CertificateReplaced(this ILogger logger, string subject, DateTimeOffset notAfter);

    [LoggerMessage(5002, LogLevel.Error, "The new certificate cannot be served; the present one goes on, valid through {NotAfter}. {Reason}")]
    public static partial void CertificateRefused(this ILogger logger, string reason, DateTimeOffset notAfter);
}
