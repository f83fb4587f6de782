using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nacre.Cli.Output;

/// <summary>Writes a row as the server wrote it, with nothing around it.</summary>
internal sealed class QueryRowJson : JsonConverter<QueryRow>
{
    /// <inheritdoc/>
    public override QueryRow Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonElement.ParseValue(ref reader));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, QueryRow value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Value.GetRawText(), skipInputValidation: true);
}
