namespace Nacre.Simulation.Tests.Storage;

/// <summary>What a power cut leaves of the changes that were not synced.</summary>
/// <param name="Name">How it was chosen.</param>
/// <param name="Kept">For each change, whether it arrived.</param>
internal sealed record DiskCut(string Name, bool[] Kept)
{
    /// <summary>The write that arrived in part; -1 for none.</summary>
    public int Torn { get; init; } = -1;

    /// <summary>What of that write arrives as a whole, in bytes: 512 or 4,096.</summary>
    public int Unit { get; init; } = MemoryDisk.SectorBytes;

    /// <summary>Decides which of its units arrive.</summary>
    public ulong Seed { get; init; }
}
