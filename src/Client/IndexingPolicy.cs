using System.Text.Json;

namespace Nacre.Client;

/// <summary>
/// Which paths of a container's items are indexed, and how; by default every path but <c>/_etag</c>, each by itself. Of
/// several paths that a value is under, the most precise decides. <c>docs/indexing.md</c> has the language of paths.
/// </summary>
/// <remarks>Immutable; equal when written alike. What is wrong with a policy, the server says when it is given one.</remarks>
public sealed partial record IndexingPolicy
{
    // Invariants:
    // - _json, where there is one, is the text that the properties were read from: setting one forgets it.
    private readonly string? _json;

    /// <summary>Everything but <c>/_etag</c>, each path by itself.</summary>
    public static IndexingPolicy Default { get; } = new();

    /// <summary>Nothing.</summary>
    public static IndexingPolicy None { get; } = new() { Mode = IndexingMode.None, IncludedPaths = [], ExcludedPaths = [] };

    /// <summary>Whether anything is indexed. With <see cref="IndexingMode.None"/> the included and excluded paths say nothing.</summary>
    public IndexingMode Mode
    {
        get;
        init
        {
            field = value;
            _json = null;
        }
    } = IndexingMode.Consistent;

    /// <summary>What is indexed: <c>/a/?</c> is the value at a path, <c>/a/*</c> that and all below it, <c>/a/[]/?</c> an array's elements. This list or the next has <c>/*</c>.</summary>
    public IReadOnlyList<string> IncludedPaths
    {
        get;
        init
        {
            field = value;
            _json = null;
        }
    } = ["/*"];

    /// <summary>What is not.</summary>
    public IReadOnlyList<string> ExcludedPaths
    {
        get;
        init
        {
            field = value;
            _json = null;
        }
    } = ["/_etag/?"];

    /// <summary>Indexes over several paths, each of 2 to 8.</summary>
    public IReadOnlyList<IReadOnlyList<CompositePath>> CompositeIndexes
    {
        get;
        init
        {
            field = value;
            _json = null;
        }
    } = [];

    /// <summary>Indexes of geometries.</summary>
    public IReadOnlyList<SpatialIndex> SpatialIndexes
    {
        get;
        init
        {
            field = value;
            _json = null;
        }
    } = [];

    /// <summary>Reads a policy in the shape that Azure Cosmos DB writes.</summary>
    /// <param name="json">A JSON object. What the properties have no place for stands in <see cref="ToJson"/> alone, and is the server's to judge.</param>
    /// <exception cref="JsonException">The text is no JSON object.</exception>
    public static IndexingPolicy FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? new IndexingPolicy(document.RootElement, json)
            : throw new JsonException("An indexing policy is a JSON object.");
    }

    /// <summary>The policy as JSON; of one that was read, the text that it was read from.</summary>
    public string ToJson() => _json ?? Write();

    /// <inheritdoc/>
    public bool Equals(IndexingPolicy? other) => other is not null && ToJson() == other.ToJson();

    /// <inheritdoc/>
    public override int GetHashCode() => ToJson().GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => ToJson();
}
