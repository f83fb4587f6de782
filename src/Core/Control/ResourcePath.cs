using Nacre.Core.Documents;
using Nacre.Core.Errors;

namespace Nacre.Core.Control;

/// <summary>
/// What a permission is for, by name: <c>dbs/DB/colls/C</c>, and below it <c>docs/ID</c>, <c>docs/ID/attachments/ID</c>,
/// <c>sprocs/ID</c>, <c>triggers/ID</c> or <c>udfs/ID</c>.
/// </summary>
/// <remarks>
/// One text for one resource: names and ids hold no slash, nothing is percent-encoded, and every character counts as it
/// stands.
/// </remarks>
public sealed record ResourcePath
{
    private const int MaxSegments = 8;

    private static readonly NacreError NoPath = new(
        ErrorCode.Malformed,
        "A resource is named dbs/DB/colls/CONTAINER, and below that docs/ID, docs/ID/attachments/ID, sprocs/ID, triggers/ID or udfs/ID.");

    private ResourcePath(string database, string container, ResourcePathKind kind, string id, string attachment)
    {
        Database = database;
        Container = container;
        Kind = kind;
        Id = id;
        Attachment = attachment;
    }

    /// <summary>The database's name.</summary>
    public string Database { get; }

    /// <summary>The container's name.</summary>
    public string Container { get; }

    /// <summary>What it leads to.</summary>
    public ResourcePathKind Kind { get; }

    /// <summary>The id of the item, procedure, trigger or function; empty for the container itself.</summary>
    public string Id { get; }

    /// <summary>The attachment's id; empty for all else.</summary>
    public string Attachment { get; }

    /// <summary>Reads a path.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The path; Malformed, or TooLarge for a name that is too long.</returns>
    public static Result<ResourcePath> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('/', MaxSegments + 1);
        if (parts is not (["dbs", _, "colls", _, ..] and ({ Length: 4 or 6 or 8 })))
        {
            return NoPath;
        }

        ResourcePathKind? kind = parts[4..] switch
        {
            [] => ResourcePathKind.Container,
            ["docs", _] => ResourcePathKind.Item,
            ["docs", _, "attachments", _] => ResourcePathKind.Attachment,
            ["sprocs", _] => ResourcePathKind.StoredProcedure,
            ["triggers", _] => ResourcePathKind.Trigger,
            ["udfs", _] => ResourcePathKind.UserDefinedFunction,
            _ => null,
        };
        if (kind is null)
        {
            return NoPath;
        }

        NacreError? refusal = ResourceNames.Check(parts[1]) ?? ResourceNames.Check(parts[3])
            ?? (parts.Length > 4 ? DocumentInspector.CheckId(parts[5]) : null)
            ?? (parts.Length > 6 ? DocumentInspector.CheckId(parts[7]) : null);
        return refusal is null
            ? new ResourcePath(parts[1], parts[3], kind.Value, parts.Length > 4 ? parts[5] : "", parts.Length > 6 ? parts[7] : "")
            : refusal;
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Kind switch
    {
        ResourcePathKind.Container => $"dbs/{Database}/colls/{Container}",
        ResourcePathKind.Item => $"dbs/{Database}/colls/{Container}/docs/{Id}",
        ResourcePathKind.Attachment => $"dbs/{Database}/colls/{Container}/docs/{Id}/attachments/{Attachment}",
        ResourcePathKind.StoredProcedure => $"dbs/{Database}/colls/{Container}/sprocs/{Id}",
        ResourcePathKind.Trigger => $"dbs/{Database}/colls/{Container}/triggers/{Id}",
        _ => $"dbs/{Database}/colls/{Container}/udfs/{Id}",
    };
}
