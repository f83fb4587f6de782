using System.ComponentModel.DataAnnotations;

namespace Nacre.Server.Options;

/// <summary>Who gets the node's metrics. Without either setting nobody does, and nothing is measured.</summary>
public sealed record MetricsOptions
{
    /// <summary>
    /// A file with the bearer token that Prometheus sends; with it <c>/metrics</c> is served on the one port. At least
    /// 43 characters (256 bits in base64), mode 0640 or 0600. Default: none, and no such path. Change: restart.
    /// </summary>
    public string? TokenFile { get; init; }

    /// <summary>
    /// Where to send metrics by OTLP over gRPC, such as <c>https://collector:4317</c>. Default: none; the variable
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> does the same, and the other variables of that family hold. Change: restart.
    /// </summary>
    [RegularExpression("^https?://.+", ErrorMessage = "metrics.otlpEndpoint: write http://HOST:PORT or https://HOST:PORT.")]
    public string? OtlpEndpoint { get; init; }
}
