namespace Nacre.Client;

/// <summary>
/// How far a container's indexes are built on the node that was asked. Each node builds its own, at about the same time.
/// </summary>
/// <param name="Policy">What is built.</param>
/// <param name="ETag">The container's, for a conditional change.</param>
/// <param name="Ranges">As in <see cref="ContainerProperties.Ranges"/>.</param>
public sealed record IndexingProgress(IndexingPolicy Policy, string ETag, IReadOnlyList<RangeIndexingProgress> Ranges)
{
    /// <summary>Whether all that the policy has answers queries.</summary>
    public bool IsReady => Ranges.All(range => range.IsReady);

    /// <summary>Items of the container.</summary>
    public long Items => Ranges.Sum(range => range.Items);

    /// <summary>About how many items are still to be indexed; 0 when ready.</summary>
    public long ItemsLeft => Ranges.Sum(range => range.ItemsLeft);

    /// <summary>About which part of the items is indexed, 0 to 1; 1 when ready.</summary>
    public double Fraction => IsReady ? 1 : Items > 0 ? (double)(Items - ItemsLeft) / Items : Ranges.Average(range => range.Fraction);
}
