using System.Net.Security;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using Nacre.Core.Errors;
using Nacre.Core.Files;

namespace Nacre.Security.Certificates;

/// <summary>
/// The certificate that new connections get: asks its provider now and then, so that renewals and the operator's new
/// files are served without a restart. Connections that are open keep what they have.
/// </summary>
/// <remarks>Thread-safe.</remarks>
// Invariants:
// - A certificate that cannot be had never takes the present one's place.
public sealed class ServerCertificateSource : IDisposable
{
    /// <summary>How often the provider is asked.</summary>
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(10);

    // HTTP/2 forbids the rest of TLS 1.2 (RFC 9113 appendix A); TLS 1.3 has no other.
    private static readonly TlsCipherSuite[] CipherSuites =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ];

    private readonly IServerCertificateProvider _provider;
    private readonly ILogger _logger;
    private readonly Lock _refreshing = new();
    private readonly ITimer _timer;
    private readonly CipherSuitesPolicy? _policy;
    private ServerCertificate _current;
    private string? _lastRefusal;

    private ServerCertificateSource(IServerCertificateProvider provider, ServerCertificate first, TimeProvider time, ILogger logger)
    {
        _provider = provider;
        _logger = logger;
        _current = first;
        _policy = OperatingSystem.IsLinux() ? new CipherSuitesPolicy(CipherSuites) : null;
        _timer = time.CreateTimer(_ => Refresh(), state: null, RefreshInterval, RefreshInterval);
    }

    /// <summary>Raised after another certificate was taken, with it. Handlers return at once and do not throw.</summary>
    public event Action<ServerCertificate>? Changed;

    /// <summary>The certificate that new connections get.</summary>
    public ServerCertificate Current => Volatile.Read(ref _current);

    /// <summary>Begins to serve.</summary>
    /// <param name="provider">Asked at once, and then every <see cref="RefreshInterval"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of renewals and refusals.</param>
    /// <returns>The source; the caller disposes it. Errors: the provider's own.</returns>
    public static Result<ServerCertificateSource> Start(IServerCertificateProvider provider, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(time);
        Result<ServerCertificate> first = provider.Refresh(present: null);
        return first.IsOk ? new ServerCertificateSource(provider, first.Value, time, logger) : first.Error;
    }

    /// <summary>What a new connection is served with: TLS 1.2 and 1.3 alone, forward secrecy and authenticated encryption alone.</summary>
    /// <returns>Another object for each connection; the caller adds the application protocols.</returns>
    public SslServerAuthenticationOptions ServerOptions() => new()
    {
        ServerCertificateContext = Current.Context,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CipherSuitesPolicy = _policy,
        AllowRenegotiation = false,
        ClientCertificateRequired = false,
    };

    /// <summary>Asks the provider now.</summary>
    public void Refresh()
    {
        lock (_refreshing)
        {
            ServerCertificate present = _current;
            Result<ServerCertificate> next;
            try
            {
                next = _provider.Refresh(present);
            }
            catch (StorageFaultException fault)
            {
                next = new NacreError(ErrorCode.StorageFailed, fault.Message);
            }

            if (!next.IsOk)
            {
                Complain(next.Error, present);
                return;
            }

            _lastRefusal = null;
            if (!ReferenceEquals(next.Value, present))
            {
                Volatile.Write(ref _current, next.Value);
                _logger.CertificateReplaced(next.Value.Leaf.Subject, next.Value.NotAfter);
                Changed?.Invoke(next.Value);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Says once what keeps a new certificate from being served, not at every turn.</summary>
    private void Complain(NacreError refusal, ServerCertificate present)
    {
        if (refusal.Message != _lastRefusal)
        {
            _lastRefusal = refusal.Message;
            _logger.CertificateRefused(refusal.Message, present.NotAfter);
        }
    }
}
