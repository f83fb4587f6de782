namespace Nacre.Replication.Catalogue;

/// <summary>How the catalogue's unfinished work is taken up again. All take effect at a restart.</summary>
public sealed record CatalogCoordinatorOptions
{
    /// <summary>Pause before a refused step is tried again. Default 20 ms; above zero.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Tries of a step before its work is left to the next round. Default 5; from 1.</summary>
    public int Tries { get; init; } = 5;

    /// <summary>Pause between rounds over unfinished work. Default 5 s; above zero.</summary>
    public TimeSpan RoundInterval { get; init; } = TimeSpan.FromSeconds(5);
}
