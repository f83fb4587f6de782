namespace Nacre.Benchmarks.Load.Workloads;

/// <summary>What one step of a workload does.</summary>
internal enum Operation
{
    Read,
    Update,
    Insert,
    Scan,
    ReadModifyWrite,
}
