using System.Text.Json;
using Nacre.Core.Indexing;

namespace Nacre.Core.Spatial;

/// <summary>Reads GeoJSON: Point, LineString, Polygon and MultiPolygon in degrees of WGS-84 (RFC 7946).</summary>
/// <remarks>Thread-safe. Heights are passed over.</remarks>
public static class GeoJsonReader
{
    private const int MinRingPositions = 4;

    /// <summary>No text of JSON is nested so deep that it is not read.</summary>
    private const int MaxDepth = 1 << 20;

    /// <summary>Longest member name or type that is looked at, with all characters written as escapes.</summary>
    private const int MaxNameBytes = 6 * 16;

    /// <summary>Reads a geometry.</summary>
    /// <param name="utf8Json">One well-formed value. Of members with one name the first counts.</param>
    /// <param name="geometry">The geometry; null when it is not valid.</param>
    /// <returns>What is wrong with it, as a sentence; null when nothing is.</returns>
    public static string? Read(ReadOnlySpan<byte> utf8Json, out Geometry? geometry)
    {
        geometry = null;
        var reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { MaxDepth = MaxDepth });
        SpatialTypes? type = null;
        Utf8JsonReader coordinates = default;
        if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            FindMembers(ref reader, ref type, ref coordinates);
        }

        if (type is not { } kind)
        {
            return "A geometry is an object with a type.";
        }

        if (coordinates.TokenType != JsonTokenType.StartArray)
        {
            return "A geometry has an array of coordinates.";
        }

        return ReadAs(kind, ref coordinates, out geometry);
    }

    private static void FindMembers(ref Utf8JsonReader reader, ref SpatialTypes? type, ref Utf8JsonReader coordinates)
    {
        bool typeSeen = false;
        bool coordinatesSeen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = !typeSeen && Is(reader, "type"u8);
            bool isCoordinates = !coordinatesSeen && Is(reader, "coordinates"u8);
            reader.Read();
            if (isType)
            {
                typeSeen = true;
                type = reader.TokenType == JsonTokenType.String ? TypeOf(reader) : null;
            }
            else if (isCoordinates)
            {
                coordinatesSeen = true;
                coordinates = reader;
            }

            reader.Skip();
        }
    }

    private static SpatialTypes TypeOf(in Utf8JsonReader reader) =>
        Is(reader, "Point"u8) ? SpatialTypes.Point
        : Is(reader, "LineString"u8) ? SpatialTypes.LineString
        : Is(reader, "Polygon"u8) ? SpatialTypes.Polygon
        : Is(reader, "MultiPolygon"u8) ? SpatialTypes.MultiPolygon
        : SpatialTypes.None;

    /// <summary>Whether the string or name at the reader is a text.</summary>
    private static bool Is(in Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan.SequenceEqual(text);
        }

        Span<byte> plain = stackalloc byte[MaxNameBytes];
        return reader.ValueSpan.Length <= plain.Length &&
            JsonText.TryUnescape(reader.ValueSpan, plain, out int length, out _) && plain[..length].SequenceEqual(text);
    }

    private static string? ReadAs(SpatialTypes type, ref Utf8JsonReader coordinates, out Geometry? geometry)
    {
        geometry = null;
        string? fault;
        switch (type)
        {
            case SpatialTypes.Point:
                fault = ReadPosition(ref coordinates, out GeoPoint point);
                geometry = fault is null ? new Geometry { Type = type, Point = point } : null;
                return fault;
            case SpatialTypes.LineString:
                fault = ReadArcs(ref coordinates, out GeoArc[] arcs);
                fault ??= arcs.Length == 0 ? "A LineString has at least two different positions." : null;
                geometry = fault is null ? new Geometry { Type = type, Line = arcs, ArcCount = arcs.Length } : null;
                return fault;
            case SpatialTypes.Polygon:
                fault = ReadPolygon(ref coordinates, out GeoPolygon? polygon);
                geometry = fault is null ? Of(type, [polygon!]) : null;
                return fault;
            case SpatialTypes.MultiPolygon:
                return ReadPolygons(ref coordinates, out geometry);
            default:
                return "The type of a geometry is Point, LineString, Polygon or MultiPolygon.";
        }
    }

    private static Geometry Of(SpatialTypes type, GeoPolygon[] polygons) =>
        new() { Type = type, Polygons = polygons, ArcCount = polygons.Sum(polygon => polygon.Arcs.Count()) };

    private static string? ReadPolygons(ref Utf8JsonReader reader, out Geometry? geometry)
    {
        geometry = null;
        List<GeoPolygon> polygons = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (ReadPolygon(ref reader, out GeoPolygon? polygon) is { } fault)
            {
                return fault;
            }

            polygons.Add(polygon!);
        }

        geometry = Of(SpatialTypes.MultiPolygon, [.. polygons]);
        return null;
    }

    private static string? ReadPolygon(ref Utf8JsonReader reader, out GeoPolygon? polygon)
    {
        polygon = null;
        List<GeoRing> rings = [];
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (ReadRing(ref reader, out GeoRing? ring) is { } fault)
                {
                    return fault;
                }

                rings.Add(ring!);
            }
        }

        if (rings.Count == 0)
        {
            return "A polygon has at least one ring.";
        }

        polygon = new GeoPolygon(rings[0], rings.Skip(1));
        return null;
    }

    private static string? ReadRing(ref Utf8JsonReader reader, out GeoRing? ring)
    {
        ring = null;
        if (CountElements(reader) < MinRingPositions)
        {
            return "A ring of a polygon is an array of at least four positions.";
        }

        if (ReadArcs(ref reader, out GeoArc[] arcs) is { } fault)
        {
            return fault;
        }

        if (arcs.Length < MinRingPositions - 1)
        {
            return "A ring of a polygon has at least three different positions.";
        }

        if ((arcs[0].Start.Direction - arcs[^1].End.Direction).Length != 0)
        {
            return "A ring of a polygon ends at the position at which it starts.";
        }

        ring = new GeoRing(arcs);
        return null;
    }

    private static string? ReadArcs(ref Utf8JsonReader reader, out GeoArc[] arcs)
    {
        arcs = [];
        List<GeoArc> found = [];
        GeoPoint? last = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (ReadPosition(ref reader, out GeoPoint next) is { } fault)
            {
                return fault;
            }

            if (last is { } before)
            {
                // A position that is repeated makes no edge.
                if (GeoArc.IsAt(next.Direction, before))
                {
                    continue;
                }

                if ((next.Direction + before.Direction).Length <= GeoArc.Tolerance)
                {
                    return "An edge does not join opposite points of the earth.";
                }

                found.Add(new GeoArc(before, next));
            }

            last = next;
        }

        arcs = [.. found];
        return null;
    }

    private static string? ReadPosition(ref Utf8JsonReader reader, out GeoPoint point)
    {
        point = default;
        if (CountElements(reader) is < 2 or > 3 ||
            !TryReadNumber(ref reader, out double longitude) || !TryReadNumber(ref reader, out double latitude))
        {
            return "A position is an array of a longitude, a latitude and perhaps a height.";
        }

        if (!(Math.Abs(longitude) <= 180))
        {
            return "Longitude values must be between -180 and 180 degrees.";
        }

        if (!(Math.Abs(latitude) <= 90))
        {
            return "Latitude values must be between -90 and 90 degrees.";
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            reader.Skip();
        }

        point = GeoPoint.FromDegrees(longitude, latitude);
        return null;
    }

    private static bool TryReadNumber(ref Utf8JsonReader reader, out double number)
    {
        number = 0;

        // Too large a number reads as infinite.
        return reader.Read() && reader.TokenType == JsonTokenType.Number && (reader.TryGetDouble(out number) || true);
    }

    /// <summary>Elements of the array at the reader; -1 for another value.</summary>
    private static int CountElements(Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return -1;
        }

        int count = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            reader.Skip();
        }

        return count;
    }
}
