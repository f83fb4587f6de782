using System.Collections.Immutable;

namespace Nacre.Core.Indexing;

/// <summary>An index over several paths together, one entry for each item.</summary>
/// <param name="Paths">2 to <see cref="MaxPaths"/>, in order of weight, all different.</param>
public sealed record CompositeIndex(ImmutableArray<CompositePath> Paths)
{
    /// <summary>Most components.</summary>
    public const int MaxPaths = 8;

    /// <inheritdoc/>
    public bool Equals(CompositeIndex? other) => other is not null && Paths.SequenceEqual(other.Paths);

    /// <inheritdoc/>
    public override int GetHashCode() => Paths.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Join(", ", Paths.Select(path => path.IsDescending ? $"{path.Path} descending" : $"{path.Path}"));
}
