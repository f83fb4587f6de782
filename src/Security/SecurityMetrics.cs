using System.Diagnostics.Metrics;
using Nacre.Security.Authentication;
using Nacre.Security.Certificates;
using Nacre.Security.Keys;

namespace Nacre.Security;

/// <summary>The project's instruments; names and units are public and stay. They tell counts and times, and name no key.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class SecurityMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Nacre.Security";

    private readonly Meter _meter;

    /// <summary>Makes the instruments.</summary>
    /// <param name="authenticator">Its replay cache is shown.</param>
    /// <param name="certificates">The certificate in use is shown.</param>
    /// <param name="keys">The key ring is shown.</param>
    /// <param name="factory">Makes the meter; null for one of its own.</param>
    public SecurityMetrics(HmacAuthenticator authenticator, ServerCertificateSource certificates, KeyRing keys, IMeterFactory? factory = null)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _meter.CreateObservableGauge("nacre.replay_cache.requests", () => authenticator.RememberedRequests, "{request}", "Signed requests remembered, so that none is taken twice.");
        _meter.CreateObservableGauge("nacre.certificate.expiry", () => certificates.Current.NotAfter.ToUnixTimeSeconds(), "s", "When the server's certificate ends, Unix time.");
        _meter.CreateObservableGauge("nacre.keys.data", () => DataKeys(keys.Status()), "{key}", "Data keys, by state. A retired one is left until what it protects is rewritten.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> DataKeys(KeyRingStatus status) =>
        from state in Enum.GetValues<DataKeyState>()
        select new Measurement<long>(status.DataKeys.Count(key => key.State == state), new KeyValuePair<string, object?>("nacre.state", NameOf(state)));

    private static string NameOf(DataKeyState state) => state switch
    {
        DataKeyState.Current => "current",
        DataKeyState.Retired => "retired",
        _ => "destroyed",
    };
}
