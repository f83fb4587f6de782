namespace Nacre.Benchmarks.Load.Reporting;

/// <summary>One slice of one workload against one target.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Workload">The workload's name.</param>
/// <param name="Clients">Concurrent callers.</param>
/// <param name="OperationsPerSecond">Completed operations a second of wall time.</param>
/// <param name="P50Microseconds">Median latency.</param>
/// <param name="P99Microseconds">99th percentile of latency.</param>
/// <param name="ServerCpuMicroseconds">Processor time of the server an operation.</param>
/// <param name="DriverCpuMicroseconds">Processor time of this driver an operation.</param>
internal sealed record Measurement(
    string Target, string Workload, int Clients, double OperationsPerSecond, double P50Microseconds,
    double P99Microseconds, double ServerCpuMicroseconds, double DriverCpuMicroseconds);
