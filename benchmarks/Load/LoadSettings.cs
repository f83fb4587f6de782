using Nacre.Benchmarks.Load.Workloads;

namespace Nacre.Benchmarks.Load;

/// <summary>What a run does.</summary>
/// <param name="Records">Documents loaded first.</param>
/// <param name="DocumentBytes">About how many bytes of JSON each has.</param>
/// <param name="Slice">How long one workload runs against one target before the next takes its turn.</param>
/// <param name="Rounds">How often; medians are over these. One more, before them, warms up.</param>
/// <param name="Workloads">Which mixes.</param>
/// <param name="Clients">How many concurrent callers, one cell each.</param>
/// <param name="Program">The nacre to measure; null: the one that was built.</param>
internal sealed record LoadSettings(
    long Records, int DocumentBytes, TimeSpan Slice, int Rounds, IReadOnlyList<Workload> Workloads, IReadOnlyList<int> Clients,
    string? Program);
