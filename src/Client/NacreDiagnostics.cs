using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Nacre.Client.Transport;

namespace Nacre.Client;

/// <summary>
/// Names of the SDK's traces and metrics, after OpenTelemetry's semantic conventions for database clients:
/// <c>builder.AddSource(NacreDiagnostics.ActivitySourceName)</c>, <c>builder.AddMeter(NacreDiagnostics.MeterName)</c>.
/// </summary>
public static class NacreDiagnostics
{
    /// <summary>Name of the activity source: a client span for each operation, with all its repetitions.</summary>
    public const string ActivitySourceName = "Nacre.Client";

    /// <summary>
    /// Name of the meter: <c>db.client.operation.duration</c> (s), <c>nacre.client.retries</c> ({retry}),
    /// <c>nacre.client.stream.connections</c> ({connection}), <c>nacre.client.stream.batch_size</c> ({operation}),
    /// <c>nacre.client.node_switches</c> ({switch}).
    /// </summary>
    public const string MeterName = "Nacre.Client";

    private const string System = "nacre";

    private static readonly ActivitySource Source = new(ActivitySourceName);
    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "db.client.operation.duration",
        "s",
        "Duration of an operation with its repetitions.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] });

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>("nacre.client.retries", "{retry}", "Repetitions, by the error that led to them.");
    private static readonly Counter<long> NodeSwitches = Meter.CreateCounter<long>("nacre.client.node_switches", "{switch}", "Times that a client went on at another node, by the error that led to it.");
    private static readonly Counter<long> StreamConnections = Meter.CreateCounter<long>("nacre.client.stream.connections", "{connection}", "Streams opened.");
    private static readonly Histogram<int> BatchSize = Meter.CreateHistogram<int>("nacre.client.stream.batch_size", "{operation}", "Operations that travelled in one batch.");

    /// <summary>Begins a span; null when nobody listens.</summary>
    internal static Activity? Start(string operation, ContainerName target, Uri endpoint)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        Activity? activity = Source.StartActivity(
            target.Container.Length > 0 ? $"{operation} {target.Container}" : operation, ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            foreach (KeyValuePair<string, object?> tag in Tags(operation, target, endpoint))
            {
                activity.SetTag(tag.Key, tag.Value);
            }
        }

        return activity;
    }

    /// <summary>Ends a span and counts its duration.</summary>
    internal static void Stop(Activity? activity, string operation, ContainerName target, Uri endpoint, TimeSpan elapsed, NacreException? error)
    {
        if (activity is not null)
        {
            if (error is not null)
            {
                activity.SetTag("db.response.status_code", ((int)error.Code).ToString(CultureInfo.InvariantCulture));
                activity.SetTag("error.type", error.Code.ToString());
                activity.SetTag("nacre.activity_id", error.ActivityId);
                activity.SetStatus(ActivityStatusCode.Error, error.Message);
            }

            activity.Dispose();
        }

        if (Duration.Enabled)
        {
            TagList tags = Tags(operation, target, endpoint);
            if (error is not null)
            {
                tags.Add("error.type", error.Code.ToString());
            }

            Duration.Record(elapsed.TotalSeconds, tags);
        }
    }

    internal static void Retried(NacreErrorCode code) =>
        Retries.Add(1, new KeyValuePair<string, object?>("error.type", code.ToString()));

    internal static void NodeSwitched(NacreErrorCode code) =>
        NodeSwitches.Add(1, new KeyValuePair<string, object?>("error.type", code.ToString()));

    internal static void StreamOpened() => StreamConnections.Add(1);

    internal static void BatchSent(int operations) => BatchSize.Record(operations);

    private static TagList Tags(string operation, ContainerName target, Uri endpoint)
    {
        var tags = new TagList
        {
            { "db.system.name", System },
            { "db.operation.name", operation },
            { "server.address", endpoint.Host },
            { "server.port", endpoint.Port },
        };
        if (target.Database.Length > 0)
        {
            tags.Add("db.namespace", target.Database);
        }

        if (target.Container.Length > 0)
        {
            tags.Add("db.collection.name", target.Container);
        }

        return tags;
    }
}
