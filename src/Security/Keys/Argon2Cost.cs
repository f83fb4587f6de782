namespace Nacre.Security.Keys;

/// <summary>What one guess of a passphrase costs: Argon2id, stored beside what it seals.</summary>
/// <param name="MemoryKiB">KiB of memory; 64 to 4,194,304, at least 8 for each lane.</param>
/// <param name="Iterations">Passes over the memory; 1 to 64.</param>
/// <param name="Lanes">Degree of parallelism; 1 to 16.</param>
public readonly record struct Argon2Cost(int MemoryKiB, int Iterations, int Lanes)
{
    /// <summary>RFC 9106 §4, second recommended option: 64 MiB, 3 passes, 4 lanes.</summary>
    public static Argon2Cost Default => new(64 * 1024, 3, 4);

    /// <summary>Within the ranges above. A file from elsewhere must not make the server allocate without bound.</summary>
    public bool IsValid =>
        MemoryKiB is >= 64 and <= 4 * 1024 * 1024 && Iterations is >= 1 and <= 64 && Lanes is >= 1 and <= 16
        && MemoryKiB >= 8 * Lanes;
}
