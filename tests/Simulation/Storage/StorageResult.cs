namespace Nacre.Simulation.Tests.Storage;

/// <summary>What a seed came to.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Hash">Of the recording's steps and of what became of each cut.</param>
/// <param name="Steps">Steps in the recording.</param>
/// <param name="Boundaries">Places where power was cut.</param>
/// <param name="Cuts">Subsets tried at them.</param>
/// <param name="Images">Different images among those, each of which was opened.</param>
/// <param name="Damaged">Images with stored bytes changed, or parts put back from before.</param>
/// <param name="Operations">Answers of the recorded run.</param>
/// <param name="Probes">How often each rare path was taken.</param>
/// <param name="Violation">The first broken promise; null for none.</param>
internal sealed record StorageResult(
    ulong Seed, ulong Hash, int Steps, int Boundaries, int Cuts, int Images, int Damaged, int Operations,
    IReadOnlyDictionary<string, int> Probes, string? Violation);
