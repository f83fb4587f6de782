using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nacre.Client;

/// <content>The policy's JSON.</content>
public sealed partial record IndexingPolicy
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes the default one.</summary>
    public IndexingPolicy()
    {
    }

    private IndexingPolicy(JsonElement policy, string json)
    {
        Mode = TextOf(policy, "indexingMode") is { } mode && mode.Equals("none", StringComparison.OrdinalIgnoreCase)
            ? IndexingMode.None
            : IndexingMode.Consistent;

        // Without paths of either list everything is indexed.
        if (Mode == IndexingMode.None || policy.TryGetProperty("includedPaths", out _) || policy.TryGetProperty("excludedPaths", out _))
        {
            IncludedPaths = PathsOf(policy, "includedPaths");
            ExcludedPaths = PathsOf(policy, "excludedPaths");
        }

        CompositeIndexes = [.. ListOf(policy, "compositeIndexes").Select(index => (IReadOnlyList<CompositePath>)
            [.. ListOf(index).Where(HasPath).Select(path => new CompositePath(TextOf(path, "path")!, TextOf(path, "order") == "descending"))])];
        SpatialIndexes = [.. ListOf(policy, "spatialIndexes").Where(HasPath).Select(index => new SpatialIndex(TextOf(index, "path")!, TypesOf(index)))];
        _json = json;
    }

    private static string[] PathsOf(JsonElement policy, string list) =>
        [.. ListOf(policy, list).Where(HasPath).Select(entry => TextOf(entry, "path")!)];

    private static SpatialType[] TypesOf(JsonElement index) =>
        [.. Enum.GetValues<SpatialType>().Where(type => ListOf(index, "types").Any(
            name => name.ValueKind == JsonValueKind.String && name.ValueEquals(type.ToString())))];

    private static bool HasPath(JsonElement entry) => TextOf(entry, "path") is not null;

    private static string? TextOf(JsonElement value, string member) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(member, out JsonElement text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;

    private static JsonElement.ArrayEnumerator ListOf(JsonElement value, string member) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(member, out JsonElement list) ? ListOf(list) : default;

    private static JsonElement.ArrayEnumerator ListOf(JsonElement list) => list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private string Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("indexingMode", Mode == IndexingMode.None ? "none" : "consistent");
            writer.WriteBoolean("automatic", Mode != IndexingMode.None);
            bool indexes = Mode != IndexingMode.None;
            WriteList(writer, "includedPaths", indexes ? IncludedPaths : [], path => WritePath(writer, path));
            WriteList(writer, "excludedPaths", indexes ? ExcludedPaths : [], path => WritePath(writer, path));
            if (CompositeIndexes.Count > 0)
            {
                WriteList(writer, "compositeIndexes", CompositeIndexes, index => WriteComposite(writer, index));
            }

            if (SpatialIndexes.Count > 0)
            {
                WriteList(writer, "spatialIndexes", SpatialIndexes, index => WriteSpatial(writer, index));
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteList<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> list, Action<T> write)
    {
        writer.WriteStartArray(name);
        foreach (T entry in list)
        {
            write(entry);
        }

        writer.WriteEndArray();
    }

    private static void WritePath(Utf8JsonWriter writer, string path)
    {
        writer.WriteStartObject();
        writer.WriteString("path", path);
        writer.WriteEndObject();
    }

    private static void WriteComposite(Utf8JsonWriter writer, IReadOnlyList<CompositePath> index)
    {
        writer.WriteStartArray();
        foreach (CompositePath path in index)
        {
            writer.WriteStartObject();
            writer.WriteString("path", path.Path);
            writer.WriteString("order", path.IsDescending ? "descending" : "ascending");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteSpatial(Utf8JsonWriter writer, SpatialIndex index)
    {
        writer.WriteStartObject();
        writer.WriteString("path", index.Path);
        WriteList(writer, "types", index.Types, type => writer.WriteStringValue(type.ToString()));
        writer.WriteEndObject();
    }
}
