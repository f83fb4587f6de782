using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Nacre.Core.Errors;
using Nacre.Server.Pipeline;
using Nacre.Server.Wire;

namespace Nacre.Server.Telemetry;

/// <summary>The project's instruments; names and units are public and stay. Tags are methods and error codes, never what a caller sent.</summary>
/// <remarks>Thread-safe. While nobody listens a record costs a look at one field; tags are strings made once.</remarks>
internal sealed class ServerMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Nacre.Server";

    private const string MethodTag = "rpc.method";
    private const string CodeTag = "nacre.error.code";

    /// <summary>The method of what is refused before a known method was found.</summary>
    private const string OtherMethod = "_OTHER";

    private static readonly FrozenDictionary<ErrorCode, string> CodeNames = Enum.GetValues<ErrorCode>().ToFrozenDictionary(code => code, code => code.ToString());

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 10],
    };

    private static readonly InstrumentAdvice<int> Counts = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] };

    private readonly Meter _meter;
    private readonly Histogram<double> _requestDuration;
    private readonly Counter<long> _operations;
    private readonly Counter<long> _refusals;
    private readonly Histogram<int> _batchOperations;

    /// <summary>Makes the instruments.</summary>
    /// <param name="factory">Makes the meter; null for one of its own.</param>
    public ServerMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _requestDuration = _meter.CreateHistogram("nacre.server.request.duration", "s", "Requests from their headers to their answer, by method and error code; an item stream counts when it ends.", tags: null, Seconds);
        _operations = _meter.CreateCounter<long>("nacre.server.stream.operations", "{operation}", "Operations taken from item streams, by method.");
        _refusals = _meter.CreateCounter<long>("nacre.server.stream.refusals", "{operation}", "Operations of item streams that were answered with an error, by method and error code.");
        _batchOperations = _meter.CreateHistogram("nacre.server.stream.batch.operations", "{operation}", "Operations that came in one batch of an item stream.", tags: null, Counts);
    }

    /// <summary>Whether somebody wants to know how long requests take.</summary>
    public bool MeasuresRequests => _requestDuration.Enabled;

    /// <summary>Open item streams.</summary>
    public OpenStreams Streams { get; } = new();

    /// <summary>Shows what the node has under way.</summary>
    /// <param name="admission">Counts requests and their bytes.</param>
    /// <param name="isReencrypting">Whether older data keys are being done away with.</param>
    /// <param name="freeBytes">Reads the space left on the data folder's disk.</param>
    public void Observe(Admission admission, Func<bool> isReencrypting, Func<long> freeBytes)
    {
        _meter.CreateObservableGauge("nacre.server.requests.open", () => admission.Requests, "{request}", "Requests being served; an item stream counts as one.");
        _meter.CreateObservableGauge("nacre.server.requests.reserved", () => admission.Bytes, "By", "Memory reserved for the messages of open requests.");
        _meter.CreateObservableGauge("nacre.server.streams.open", () => Streams.Count, "{stream}", "Open item streams.");
        _meter.CreateObservableGauge("nacre.server.stream.operations.open", () => Streams.Operations, "{operation}", "Operations of item streams that were taken and are not yet answered.");
        _meter.CreateObservableGauge("nacre.server.reencryption.active", () => isReencrypting() ? 1 : 0, "{process}", "1 while what is stored under older data keys is rewritten.");
        _meter.CreateObservableGauge("nacre.disk.free", freeBytes, "By", "Space left on the data folder's disk.");
    }

    /// <summary>A request was answered.</summary>
    /// <param name="command">What it was; null where it was refused before that was known.</param>
    /// <param name="code">How it ended.</param>
    /// <param name="duration">From its headers on.</param>
    public void Answered(Command? command, ErrorCode code, TimeSpan duration) => _requestDuration.Record(
        duration.TotalSeconds, new(MethodTag, command?.FullName ?? OtherMethod), new(CodeTag, CodeNames.GetValueOrDefault(code, nameof(ErrorCode.Internal))));

    /// <summary>A batch of a stream was taken.</summary>
    /// <param name="operations">Operations in it.</param>
    public void Batch(int operations) => _batchOperations.Record(operations);

    /// <summary>Operations of a stream were taken.</summary>
    public void Operations(Command command, int count) => _operations.Add(count, new KeyValuePair<string, object?>(MethodTag, command.FullName));

    /// <summary>An operation of a stream was answered with an error.</summary>
    public void Refused(Command? command, ErrorCode code) => _refusals.Add(
        1, new(MethodTag, command?.FullName ?? OtherMethod), new(CodeTag, CodeNames.GetValueOrDefault(code, nameof(ErrorCode.Internal))));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
