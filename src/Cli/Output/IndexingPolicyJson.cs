using System.Text.Json;
using System.Text.Json.Serialization;
using Nacre.Client;

namespace Nacre.Cli.Output;

/// <summary>Writes an indexing policy as the server wrote it.</summary>
internal sealed class IndexingPolicyJson : JsonConverter<IndexingPolicy>
{
    /// <inheritdoc/>
    public override IndexingPolicy Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        IndexingPolicy.FromJson(JsonElement.ParseValue(ref reader).GetRawText());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IndexingPolicy value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.ToJson(), skipInputValidation: true);
}
