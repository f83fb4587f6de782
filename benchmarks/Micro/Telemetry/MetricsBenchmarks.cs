using BenchmarkDotNet.Attributes;
using Nacre.Core.Diagnostics;
using Nacre.Core.Errors;
using Nacre.Replication;
using Nacre.Server.Streaming;
using Nacre.Server.Telemetry;
using Nacre.Server.Wire;
using Nacre.Storage;
using Nacre.Storage.SharedLog;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Nacre.Micro.Telemetry;

/// <summary>What measuring costs on the paths of requests: while nobody listens, and while the exporter does.</summary>
[MemoryDiagnoser]
public class MetricsBenchmarks : IDisposable
{
    private const int BatchOperations = 32;

    private readonly ServerMetrics _server = new();
    private readonly StorageMetrics _storage = new();
    private readonly StripedCounter _counter = new();
    private MeterProvider? _provider;
    private OperationTally _tally = null!;

    /// <summary>Whether metrics are exported.</summary>
    [Params(false, true)]
    public bool Exported { get; set; }

    /// <summary>Makes the exporter listen, or not.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _tally = new OperationTally(_server);
        _provider = Exported
            ? Sdk.CreateMeterProviderBuilder()
                .AddMeter(ServerMetrics.MeterName, StorageMetrics.MeterName, ReplicationMetrics.MeterName)
                .AddPrometheusExporter()
                .Build()
            : null;
    }

    /// <summary>Ends it.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _provider?.Dispose();
        _server.Dispose();
        _storage.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>One unary request: a histogram with two tags.</summary>
    [Benchmark]
    public void Request()
    {
        if (_server.MeasuresRequests)
        {
            _server.Answered(Commands.Read, ErrorCode.None, TimeSpan.FromMicroseconds(90));
        }
    }

    /// <summary>One operation of a stream, of a batch of 32.</summary>
    [Benchmark(OperationsPerInvoke = BatchOperations)]
    public void StreamOperation()
    {
        for (int i = 0; i < BatchOperations; i++)
        {
            _tally.Add(Protocol.V1.OperationKind.Upsert);
        }

        _tally.Tell();
    }

    /// <summary>One flush of the log, whatever it made durable.</summary>
    [Benchmark]
    public void Flush() => _storage.Flushed(new LogFlush(32, 65536, TimeSpan.FromMicroseconds(200)));

    /// <summary>One node found in the cache: counted always.</summary>
    [Benchmark]
    public void CacheHit() => _counter.Increment();
}
