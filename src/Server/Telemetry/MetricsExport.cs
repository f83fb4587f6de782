using Nacre.Core.Errors;
using Nacre.Replication;
using Nacre.Security;
using Nacre.Security.Authentication;
using Nacre.Server.Options;
using Nacre.Storage;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Nacre.Server.Telemetry;

/// <summary>Gathers the process's instruments for whoever the options name: a collector, or Prometheus.</summary>
internal sealed class MetricsExport : IDisposable
{
    private static readonly string[] EndpointVariables = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    /// <summary>
    /// Ours, and what tells of connections, handshakes, threads and memory. Kestrel's counts connections alone, so
    /// that it costs a request nothing.
    /// </summary>
    private static readonly string[] Meters =
    [
        ServerMetrics.MeterName, StorageMetrics.MeterName, ReplicationMetrics.MeterName, SecurityMetrics.MeterName,
        "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime",
    ];

    private MetricsExport(MeterProvider provider, ScrapeToken? token)
    {
        Provider = provider;
        Token = token;
    }

    /// <summary>What is asked for the present values.</summary>
    public MeterProvider Provider { get; }

    /// <summary>What a scrape must carry; null: there is no path for it.</summary>
    public ScrapeToken? Token { get; }

    /// <summary>Begins to gather, if somebody is named.</summary>
    /// <param name="options">Who.</param>
    /// <param name="node">Tells this node from others.</param>
    /// <param name="version">The program's version.</param>
    /// <param name="variable">Reads the environment.</param>
    /// <returns>Null where nobody wants metrics. Error: Malformed for a token that cannot be used.</returns>
    public static Result<MetricsExport?> Start(MetricsOptions options, string node, string version, Func<string, string?> variable)
    {
        ScrapeToken? token = null;
        if (options.TokenFile is { } file)
        {
            Result<ScrapeToken> read = ScrapeToken.Read(file);
            if (!read.IsOk)
            {
                return read.Error;
            }

            token = read.Value;
        }

        bool isPushed = options.OtlpEndpoint is not null || EndpointVariables.Any(name => !string.IsNullOrEmpty(variable(name)));
        if (token is null && !isPushed)
        {
            return (MetricsExport?)null;
        }

        MeterProviderBuilder builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService("nacre", serviceVersion: version, serviceInstanceId: node))
            .AddMeter(Meters);
        if (token is not null)
        {
            builder.AddPrometheusExporter();
        }

        if (isPushed)
        {
            builder.AddOtlpExporter(exporter => exporter.Endpoint = options.OtlpEndpoint is { } endpoint ? new Uri(endpoint) : exporter.Endpoint);
        }

        return new MetricsExport(builder.Build(), token);
    }

    /// <summary>Sends what was gathered last, and ends.</summary>
    public void Dispose() => Provider.Dispose();
}
