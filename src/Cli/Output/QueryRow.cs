using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nacre.Cli.Output;

/// <summary>A row of a query.</summary>
/// <param name="Value">Any JSON value.</param>
[JsonConverter(typeof(QueryRowJson))]
internal readonly record struct QueryRow(JsonElement Value)
{
    /// <summary>Reads a row as the server wrote it.</summary>
    public static QueryRow Of(ReadOnlyMemory<byte> json)
    {
        // As deep as an item may be, and whatever a query builds around it.
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1024 });
        return new QueryRow(document.RootElement.Clone());
    }
}
