using System.Collections.Immutable;
using Nacre.Core.Errors;

namespace Nacre.Core.Indexing;

/// <summary>Which paths of a container's items are indexed, and how.</summary>
/// <remarks>
/// Of several patterns that a path is under, the most precise one decides: a longer one before a shorter, and of one
/// length <c>?</c> before <c>*</c>; so it is with the patterns of spatial indexes. A spatial index over <c>/a/*</c> has the
/// geometries at <c>/a</c>, and those below at paths that the policy names or whose values are indexed, too. The id is
/// always indexed unless the mode is None. Immutable; equal when written alike.
/// </remarks>
public sealed partial class IndexingPolicy : IEquatable<IndexingPolicy>
{
    /// <summary>Most included or excluded paths, of each.</summary>
    public const int MaxPaths = 1500;

    /// <summary>Most composite indexes.</summary>
    public const int MaxCompositeIndexes = 100;

    /// <summary>Most spatial indexes.</summary>
    public const int MaxSpatialIndexes = 100;

    /// <summary>Longest policy, in bytes of JSON as <see cref="ToJson"/> writes it.</summary>
    public const int MaxJsonBytes = 48 * 1024;

    private readonly string _json;
    private PolicyNode? _root;

    private IndexingPolicy(
        IndexingMode mode, ImmutableArray<PathPattern> included, ImmutableArray<PathPattern> excluded,
        ImmutableArray<CompositeIndex> composites, ImmutableArray<SpatialIndex> spatials)
    {
        Mode = mode;
        IncludedPaths = included;
        ExcludedPaths = excluded;
        CompositeIndexes = composites;
        SpatialIndexes = spatials;
        _json = WriteJson();
    }

    /// <summary>Everything but <c>/_etag</c>, each path by itself.</summary>
    public static IndexingPolicy Default { get; } = new(
        IndexingMode.Consistent,
        [PathPattern.Everything],
        [new PathPattern(DocumentPath.Of(PathStep.Member("_etag")).Value, IsSubtree: false)], [], []);

    /// <summary>Nothing.</summary>
    public static IndexingPolicy None { get; } = new(IndexingMode.None, [], [], [], []);

    /// <summary>Whether anything is indexed.</summary>
    public IndexingMode Mode { get; }

    /// <summary>Patterns of paths that are indexed.</summary>
    public ImmutableArray<PathPattern> IncludedPaths { get; }

    /// <summary>Patterns of paths that are not.</summary>
    public ImmutableArray<PathPattern> ExcludedPaths { get; }

    /// <summary>Indexes over several paths.</summary>
    public ImmutableArray<CompositeIndex> CompositeIndexes { get; }

    /// <summary>Indexes of geometries.</summary>
    public ImmutableArray<SpatialIndex> SpatialIndexes { get; }

    /// <summary>The paths as a tree, for whoever walks documents.</summary>
    public PolicyNode Root => _root ??= PolicyNode.Compile(this);

    /// <summary>Checks and takes over a policy's parts.</summary>
    /// <returns>Malformed names the part and what is wrong with it; TooLarge past a limit.</returns>
    public static Result<IndexingPolicy> Create(
        IndexingMode mode,
        ImmutableArray<PathPattern> includedPaths,
        ImmutableArray<PathPattern> excludedPaths,
        ImmutableArray<CompositeIndex> compositeIndexes,
        ImmutableArray<SpatialIndex> spatialIndexes)
    {
        NacreError? refusal = mode == IndexingMode.None
            ? CheckNothing(includedPaths, excludedPaths, compositeIndexes, spatialIndexes)
            : CheckPaths(includedPaths, excludedPaths) ?? CheckComposites(compositeIndexes) ?? CheckSpatials(spatialIndexes);
        if (refusal is not null)
        {
            return refusal;
        }

        var policy = new IndexingPolicy(mode, includedPaths, excludedPaths, compositeIndexes, spatialIndexes);
        return System.Text.Encoding.UTF8.GetByteCount(policy._json) <= MaxJsonBytes
            ? policy
            : TooLarge($"is longer than {MaxJsonBytes} bytes");
    }

    /// <summary>True when the values at a path are indexed one by one.</summary>
    /// <param name="path">Any path but the root.</param>
    public bool Includes(DocumentPath path)
    {
        PolicyNode? node = Root;
        bool below = Root.IncludesBelow;
        foreach (PathStep step in path.Steps)
        {
            node = node?.Child(step);
            below = node?.IncludesBelow ?? below;
        }

        return Mode == IndexingMode.Consistent && (node?.IncludesHere ?? below);
    }

    /// <summary>The spatial index that has the geometries at a path.</summary>
    /// <param name="path">Any path but the root.</param>
    /// <param name="isNamed">Whether the path, or one below it, is named in the policy.</param>
    /// <returns>Its place in <see cref="SpatialIndexes"/>; -1 for none.</returns>
    public int SpatialIndexOf(DocumentPath path, out bool isNamed)
    {
        PolicyNode? node = Root;
        int below = Root.SpatialBelow;
        foreach (PathStep step in path.Steps)
        {
            node = node?.Child(step);
            below = node?.SpatialBelow ?? below;
        }

        isNamed = node is not null;
        return Mode != IndexingMode.Consistent ? -1
            : node is not null ? node.SpatialHere
            : Includes(path) ? below
            : -1;
    }

    /// <summary>True when both are written alike.</summary>
    public static bool operator ==(IndexingPolicy? left, IndexingPolicy? right) => Equals(left, right);

    /// <summary>False when both are written alike.</summary>
    public static bool operator !=(IndexingPolicy? left, IndexingPolicy? right) => !Equals(left, right);

    /// <inheritdoc/>
    public bool Equals(IndexingPolicy? other) => other is not null && _json == other._json;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as IndexingPolicy);

    /// <inheritdoc/>
    public override int GetHashCode() => _json.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => _json;

    private static NacreError? CheckNothing(
        ImmutableArray<PathPattern> included, ImmutableArray<PathPattern> excluded,
        ImmutableArray<CompositeIndex> composites, ImmutableArray<SpatialIndex> spatials) =>
        included.IsEmpty && excluded.IsEmpty && composites.IsEmpty && spatials.IsEmpty
            ? null
            : Malformed("has the mode none, and paths");

    private static NacreError? CheckPaths(ImmutableArray<PathPattern> included, ImmutableArray<PathPattern> excluded)
    {
        if (included.Length > MaxPaths || excluded.Length > MaxPaths)
        {
            return TooLarge($"includes or excludes more than {MaxPaths} paths");
        }

        var seen = new HashSet<PathPattern>();
        foreach (PathPattern pattern in included.Concat(excluded))
        {
            if (!seen.Add(pattern))
            {
                return Malformed($"names {pattern} more than once");
            }
        }

        return seen.Contains(PathPattern.Everything) ? null : Malformed("neither includes nor excludes /*");
    }

    private static NacreError? CheckComposites(ImmutableArray<CompositeIndex> composites)
    {
        if (composites.Length > MaxCompositeIndexes)
        {
            return TooLarge($"has more than {MaxCompositeIndexes} composite indexes");
        }

        var seen = new HashSet<CompositeIndex>();
        foreach (CompositeIndex composite in composites)
        {
            if (composite.Paths.Length is < 2 or > CompositeIndex.MaxPaths)
            {
                return Malformed(
                    $"has a composite index of {composite.Paths.Length} paths; it takes 2 to {CompositeIndex.MaxPaths}");
            }

            if (composite.Paths.Select(path => path.Path).Distinct().Count() < composite.Paths.Length)
            {
                return Malformed($"has a path twice in the composite index {composite}");
            }

            if (composite.Paths.FirstOrDefault(path => path.Path.HasElements || path.Path.Steps.IsEmpty) is { } wild)
            {
                return Malformed($"has the path {wild.Path} in a composite index, which takes paths of members alone");
            }

            if (!seen.Add(composite))
            {
                return Malformed($"has the composite index {composite} twice");
            }
        }

        return null;
    }

    private static NacreError? CheckSpatials(ImmutableArray<SpatialIndex> spatials)
    {
        if (spatials.Length > MaxSpatialIndexes)
        {
            return TooLarge($"has more than {MaxSpatialIndexes} spatial indexes");
        }

        var seen = new HashSet<PathPattern>();
        foreach (SpatialIndex spatial in spatials)
        {
            if (spatial.Types == SpatialTypes.None)
            {
                return Malformed($"has a spatial index over {spatial.Path} for no types");
            }

            if (!seen.Add(spatial.Path))
            {
                return Malformed($"has two spatial indexes over {spatial.Path}");
            }
        }

        return null;
    }

    private static NacreError Malformed(string what) => new(ErrorCode.Malformed, $"The indexing policy {what}.");

    private static NacreError TooLarge(string what) => new(ErrorCode.TooLarge, $"The indexing policy {what}.");
}
