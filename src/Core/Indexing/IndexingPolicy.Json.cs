using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Nacre.Core.Errors;

namespace Nacre.Core.Indexing;

/// <content>The policy's JSON, in the shape that the field's tools write.</content>
public sealed partial class IndexingPolicy
{
    // Expressions: the default policy writes itself while the type is being initialised.
    private static JsonWriterOptions WriterOptions => new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static SpatialTypes[] AllTypes =>
        [SpatialTypes.Point, SpatialTypes.LineString, SpatialTypes.Polygon, SpatialTypes.MultiPolygon];

    /// <summary>Reads a policy.</summary>
    /// <param name="utf8Json">
    /// An object with <c>indexingMode</c>, <c>automatic</c>, <c>includedPaths</c>, <c>excludedPaths</c>,
    /// <c>compositeIndexes</c> and <c>spatialIndexes</c>, all of which may be missing. Without paths of either list
    /// everything is included.
    /// </param>
    /// <returns>
    /// Malformed names the part and what is wrong with it; TooLarge past a limit; Unsupported for what the field has and
    /// this program does not: the mode lazy, consistent without automatic, indexes of vectors and of full text.
    /// </returns>
    public static Result<IndexingPolicy> Parse(ReadOnlyMemory<byte> utf8Json)
    {
        // What is read may be spaced out; what is kept is checked again.
        if (utf8Json.Length > 4 * MaxJsonBytes)
        {
            return TooLarge($"is longer than {MaxJsonBytes} bytes");
        }

        if (!Utf8.IsValid(utf8Json.Span))
        {
            return Malformed("is not well-formed UTF-8");
        }

        try
        {
            using var document = JsonDocument.Parse(utf8Json);
            return Read(document.RootElement);
        }
        catch (JsonException fault)
        {
            return Malformed($"is not valid JSON at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}");
        }
        catch (InvalidOperationException)
        {
            // What a string with an escaped half of a surrogate pair throws when it is asked for.
            return Malformed("holds an escaped half of a surrogate pair");
        }
    }

    /// <summary>Reads a policy; see <see cref="Parse(ReadOnlyMemory{byte})"/>.</summary>
    public static Result<IndexingPolicy> Parse(string json)
    {
        byte[] utf8 = new byte[Encoding.UTF8.GetMaxByteCount(json.Length)];
        return Utf8.FromUtf16(json, utf8, out _, out int written, replaceInvalidSequences: false) == OperationStatus.Done
            ? Parse(utf8.AsMemory(0, written))
            : Malformed("is not well-formed text");
    }

    /// <summary>The policy in the shape that <see cref="Parse(string)"/> reads, without white space, members in order.</summary>
    public string ToJson() => _json;

    private static Result<IndexingPolicy> Read(JsonElement policy)
    {
        if (policy.ValueKind != JsonValueKind.Object)
        {
            return Malformed("is not a JSON object");
        }

        IndexingMode mode = IndexingMode.Consistent;
        bool automatic = true;
        var parts = new Parts();
        foreach (JsonProperty member in policy.EnumerateObject())
        {
            NacreError? refusal = null;
            switch (member.Name)
            {
                case "indexingMode":
                    refusal = ReadMode(member.Value, ref mode);
                    break;
                case "automatic" when member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    automatic = member.Value.GetBoolean();
                    break;
                case "automatic":
                    refusal = Malformed("has an automatic that is neither true nor false");
                    break;
                case "includedPaths":
                    refusal = ReadPatterns(member, parts.Included ??= ImmutableArray.CreateBuilder<PathPattern>());
                    break;
                case "excludedPaths":
                    refusal = ReadPatterns(member, parts.Excluded ??= ImmutableArray.CreateBuilder<PathPattern>());
                    break;
                case "compositeIndexes":
                    refusal = ReadComposites(member, parts.Composites);
                    break;
                case "spatialIndexes":
                    refusal = ReadSpatials(member, parts.Spatials);
                    break;
                case "vectorIndexes" or "fullTextIndexes" when IsEmptyArray(member.Value):
                    break;
                case "vectorIndexes" or "fullTextIndexes":
                    refusal = new NacreError(ErrorCode.Unsupported, $"An indexing policy with {member.Name} is not supported.");
                    break;
                default:
                    refusal = Malformed($"has an unknown member {Quote(member.Name)}");
                    break;
            }

            if (refusal is not null)
            {
                return refusal;
            }
        }

        return Assemble(mode, automatic, parts);
    }

    private static Result<IndexingPolicy> Assemble(IndexingMode mode, bool automatic, Parts parts)
    {
        if (mode == IndexingMode.Consistent && !automatic)
        {
            return new NacreError(ErrorCode.Unsupported,
                "An indexing policy that is consistent and not automatic is not supported; the mode none indexes nothing.");
        }

        bool bare = parts.Included is null && parts.Excluded is null && mode == IndexingMode.Consistent;
        return Create(
            mode,
            bare ? Default.IncludedPaths : parts.Included?.ToImmutable() ?? [],
            bare ? Default.ExcludedPaths : parts.Excluded?.ToImmutable() ?? [],
            parts.Composites.ToImmutable(),
            parts.Spatials.ToImmutable());
    }

    private static NacreError? ReadMode(JsonElement value, ref IndexingMode mode)
    {
        string? text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (string.Equals(text, "lazy", StringComparison.OrdinalIgnoreCase))
        {
            return new NacreError(ErrorCode.Unsupported, "The indexing mode lazy is not supported.");
        }

        bool none = string.Equals(text, "none", StringComparison.OrdinalIgnoreCase);
        mode = none ? IndexingMode.None : IndexingMode.Consistent;
        return none || string.Equals(text, "consistent", StringComparison.OrdinalIgnoreCase)
            ? null
            : Malformed("has an indexingMode other than consistent and none");
    }

    private static NacreError? ReadPatterns(JsonProperty list, ImmutableArray<PathPattern>.Builder patterns)
    {
        if (list.Value.ValueKind != JsonValueKind.Array)
        {
            return Malformed($"has {list.Name} that are no array");
        }

        foreach (JsonElement entry in list.Value.EnumerateArray())
        {
            // Tools of long ago write kinds of indexes beside the path; every path now has the one kind there is.
            if (!TryGetText(entry, "path", out string text, allowed: "indexes"))
            {
                return Malformed($"has an entry in {list.Name} that is no object with a path");
            }

            Result<PathPattern> pattern = PathPattern.Parse(text);
            if (!pattern.IsOk)
            {
                return pattern.Error;
            }

            patterns.Add(pattern.Value);
        }

        return null;
    }

    private static NacreError? ReadComposites(JsonProperty list, ImmutableArray<CompositeIndex>.Builder composites)
    {
        if (list.Value.ValueKind != JsonValueKind.Array ||
            list.Value.EnumerateArray().Any(index => index.ValueKind != JsonValueKind.Array))
        {
            return Malformed("has compositeIndexes that are no array of arrays");
        }

        foreach (JsonElement index in list.Value.EnumerateArray())
        {
            var paths = ImmutableArray.CreateBuilder<CompositePath>();
            foreach (JsonElement entry in index.EnumerateArray())
            {
                string order = "ascending";
                if (!TryGetText(entry, "path", out string text, allowed: "order") ||
                    (entry.TryGetProperty("order", out _) && !TryGetText(entry, "order", out order, allowed: "path")) ||
                    order is not ("ascending" or "descending"))
                {
                    return Malformed("has a composite path that is no object with a path and an order, ascending or descending");
                }

                Result<DocumentPath> path = DocumentPath.Parse(text);
                if (!path.IsOk)
                {
                    return path.Error;
                }

                paths.Add(new CompositePath(path.Value, order == "descending"));
            }

            composites.Add(new CompositeIndex(paths.ToImmutable()));
        }

        return null;
    }

    private static NacreError? ReadSpatials(JsonProperty list, ImmutableArray<SpatialIndex>.Builder spatials)
    {
        if (list.Value.ValueKind != JsonValueKind.Array)
        {
            return Malformed("has spatialIndexes that are no array");
        }

        foreach (JsonElement entry in list.Value.EnumerateArray())
        {
            if (!TryGetText(entry, "path", out string text, allowed: "types"))
            {
                return Malformed("has a spatial index that is no object with a path and types");
            }

            Result<PathPattern> pattern = PathPattern.Parse(text);
            if (!pattern.IsOk)
            {
                return pattern.Error;
            }

            SpatialTypes types = SpatialTypes.None;
            if (!entry.TryGetProperty("types", out JsonElement names) || names.ValueKind != JsonValueKind.Array)
            {
                return Malformed($"has a spatial index over {pattern.Value} without types");
            }

            foreach (JsonElement name in names.EnumerateArray())
            {
                SpatialTypes type = AllTypes.FirstOrDefault(
                    type => name.ValueKind == JsonValueKind.String && name.ValueEquals(type.ToString()));
                if (type == SpatialTypes.None)
                {
                    return Malformed($"has a type in the spatial index over {pattern.Value} that is none of {string.Join(", ", AllTypes)}");
                }

                types |= type;
            }

            spatials.Add(new SpatialIndex(pattern.Value, types));
        }

        return null;
    }

    /// <summary>Takes a text out of an object that has nothing but it and one more member.</summary>
    private static bool TryGetText(JsonElement entry, string member, out string text, string allowed)
    {
        text = "";
        if (entry.ValueKind != JsonValueKind.Object ||
            entry.EnumerateObject().Any(found => found.Name != member && found.Name != allowed) ||
            !entry.TryGetProperty(member, out JsonElement value) || value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        text = value.GetString()!;
        return true;
    }

    private static bool IsEmptyArray(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0;

    private static string Quote(string name) => name.Length <= 40 ? name : name[..40] + "…";

    private string WriteJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("indexingMode", Mode == IndexingMode.None ? "none" : "consistent");
            writer.WriteBoolean("automatic", Mode != IndexingMode.None);
            WriteList(writer, "includedPaths", IncludedPaths, pattern => WritePath(writer, pattern.ToString()));
            WriteList(writer, "excludedPaths", ExcludedPaths, pattern => WritePath(writer, pattern.ToString()));
            if (!CompositeIndexes.IsEmpty)
            {
                WriteList(writer, "compositeIndexes", CompositeIndexes, index => WriteComposite(writer, index));
            }

            if (!SpatialIndexes.IsEmpty)
            {
                WriteList(writer, "spatialIndexes", SpatialIndexes, index => WriteSpatial(writer, index));
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteList<T>(Utf8JsonWriter writer, string name, ImmutableArray<T> list, Action<T> write)
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

    private static void WriteComposite(Utf8JsonWriter writer, CompositeIndex index)
    {
        writer.WriteStartArray();
        foreach (CompositePath path in index.Paths)
        {
            writer.WriteStartObject();
            writer.WriteString("path", path.Path.ToString());
            writer.WriteString("order", path.IsDescending ? "descending" : "ascending");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteSpatial(Utf8JsonWriter writer, SpatialIndex index)
    {
        writer.WriteStartObject();
        writer.WriteString("path", index.Path.ToString());
        writer.WriteStartArray("types");
        foreach (SpatialTypes type in AllTypes.Where(type => index.Types.HasFlag(type)))
        {
            writer.WriteStringValue(type.ToString());
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private sealed class Parts
    {
        public ImmutableArray<PathPattern>.Builder? Included { get; set; }

        public ImmutableArray<PathPattern>.Builder? Excluded { get; set; }

        public ImmutableArray<CompositeIndex>.Builder Composites { get; } = ImmutableArray.CreateBuilder<CompositeIndex>();

        public ImmutableArray<SpatialIndex>.Builder Spatials { get; } = ImmutableArray.CreateBuilder<SpatialIndex>();
    }
}
