using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nacre.Cli.Output;

/// <summary>An item with what the server knows of it; the document is printed as it was written.</summary>
internal sealed record ItemDocument(
    string ETag, ulong Lsn, DateTimeOffset Timestamp, [property: JsonConverter(typeof(VerbatimJson))] JsonElement Document,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SessionToken = null);
