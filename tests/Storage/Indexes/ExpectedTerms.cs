using System.Text;
using System.Text.Json;
using Nacre.Core.Indexing;
using Nacre.Core.Spatial;

namespace Nacre.Storage.Tests.Indexes;

/// <summary>What a document should have in the indexes, by a plain walk over its elements.</summary>
internal static class ExpectedTerms
{
    /// <summary>The terms of a document: index, value in hexadecimal, whether it is exact; sorted, each once.</summary>
    public static List<(string Index, string Value, bool IsExact)> Of(ReadOnlyMemory<byte> utf8Json, IndexingPolicy policy)
    {
        using var document = JsonDocument.Parse(utf8Json);
        var found = new List<(string Index, string Value, bool IsExact)>();
        Walk(document.RootElement, [], policy, found);
        foreach (CompositeIndex composite in policy.CompositeIndexes)
        {
            string value = "";
            bool isExact = true;
            foreach (CompositePath path in composite.Paths)
            {
                (byte[] bytes, bool exact) = At(document.RootElement, path.Path) is { } element
                    ? Write(element)
                    : (IndexKey.Of(IndexValueKind.Undefined), true);
                value += Convert.ToHexString(path.IsDescending ? [.. bytes.Select(part => (byte)~part)] : bytes);
                isExact &= exact;
            }

            found.Add((composite.ToString(), value, isExact));
        }

        return [.. found.GroupBy(term => (term.Index, term.Value))
            .Select(same => (same.Key.Index, same.Key.Value, same.All(term => term.IsExact)))
            .OrderBy(term => term.Index, StringComparer.Ordinal).ThenBy(term => term.Value, StringComparer.Ordinal)];
    }

    /// <summary>What a spatial index is called here.</summary>
    public static string NameOf(SpatialIndex index) => $"geometries at {index.Path}";

    private static void Walk(
        JsonElement element, PathStep[] steps, IndexingPolicy policy, List<(string Index, string Value, bool IsExact)> found)
    {
        if (steps.Length > 0)
        {
            DocumentPath path = DocumentPath.Of(steps).Value;
            int spatial = policy.SpatialIndexOf(path, out _);
            byte[] cells = new byte[GeoRegion.MaxIndexedCells * GeoRegion.CellBytes];
            if (spatial >= 0 && GeoJsonReader.Read(Encoding.UTF8.GetBytes(element.GetRawText()), out Geometry? geometry) is null)
            {
                int count = GeoRegion.WriteCells(geometry!, policy.SpatialIndexes[spatial].Types, cells);
                found.AddRange(cells.Chunk(GeoRegion.CellBytes).Take(count).Select(cell => (NameOf(policy.SpatialIndexes[spatial]), Convert.ToHexString(cell), true)));
            }

            if (policy.Includes(path))
            {
                (byte[] value, bool isExact) = Write(element);
                found.Add((path.ToString(), Convert.ToHexString(value), isExact));
            }
        }

        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in element.EnumerateObject())
            {
                Walk(member.Value, [.. steps, PathStep.Member(member.Name)], policy, found);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                Walk(item, [.. steps, PathStep.Element], policy, found);
            }
        }
    }

    private static JsonElement? At(JsonElement element, DocumentPath path)
    {
        foreach (PathStep step in path.Steps)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(step.Name, out element))
            {
                return null;
            }
        }

        return element;
    }

    private static (byte[] Value, bool IsExact) Write(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                byte[] text = IndexKey.OfText(element.GetString()!, out bool whole);
                return (text, whole);
            case JsonValueKind.Number:
                double number = element.GetDouble();
                return (IndexKey.OfNumber(number), NumberText.IsExact(Encoding.UTF8.GetBytes(element.GetRawText()), number));
            default:
                return (IndexKey.Of(element.ValueKind switch
                {
                    JsonValueKind.Null => IndexValueKind.Null,
                    JsonValueKind.False => IndexValueKind.False,
                    JsonValueKind.True => IndexValueKind.True,
                    JsonValueKind.Array => IndexValueKind.Array,
                    _ => IndexValueKind.Object,
                }), true);
        }
    }
}
