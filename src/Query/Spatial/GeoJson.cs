using Nacre.Query.Functions;
using Nacre.Query.Values;

namespace Nacre.Query.Spatial;

/// <summary>Reads GeoJSON: Point, LineString, Polygon and MultiPolygon in degrees of WGS-84 (RFC 7946).</summary>
/// <remarks>Thread-safe. Heights are passed over.</remarks>
internal static class GeoJson
{
    private const int MinRingPositions = 4;

    /// <summary>Reads a geometry.</summary>
    /// <param name="value">Any value.</param>
    /// <param name="context">Charged by the length; it keeps the last few geometries.</param>
    /// <param name="geometry">The geometry; null when it is not valid.</param>
    /// <returns>What is wrong with it, as a sentence; null when nothing is.</returns>
    public static string? Read(in QueryValue value, FunctionContext context, out Geometry? geometry)
    {
        context.ChargeBytes(value.Utf8.Length);
        if (context.Geometries.TryGet(value.Utf8.Span, out geometry, out string? fault))
        {
            return fault;
        }

        context.ChargeBytes(16L * value.Utf8.Length);
        fault = Read(value, out geometry);
        context.Geometries.Add(value.Utf8.Span, geometry, fault);
        return fault;
    }

    private static string? Read(in QueryValue value, out Geometry? geometry)
    {
        geometry = null;
        if (!value.IsObject || !QueryValueReader.TryGetMember(value, "type"u8, out QueryValue type) || !type.IsString)
        {
            return "A geometry is an object with a type.";
        }

        if (!QueryValueReader.TryGetMember(value, "coordinates"u8, out QueryValue coordinates) || !coordinates.IsArray)
        {
            return "A geometry has an array of coordinates.";
        }

        string? fault;
        switch (type.GetString())
        {
            case "Point":
                fault = ReadPosition(coordinates, out GeoPoint point);
                geometry = fault is null ? new Geometry { Point = point } : null;
                return fault;
            case "LineString":
                fault = ReadArcs(coordinates, out GeoArc[] arcs);
                fault ??= arcs.Length == 0 ? "A LineString has at least two different positions." : null;
                geometry = fault is null ? new Geometry { Line = arcs, ArcCount = arcs.Length } : null;
                return fault;
            case "Polygon":
                fault = ReadPolygon(coordinates, out GeoPolygon? polygon);
                geometry = fault is null ? Of([polygon!]) : null;
                return fault;
            case "MultiPolygon":
                return ReadPolygons(coordinates, out geometry);
            default:
                return "The type of a geometry is Point, LineString, Polygon or MultiPolygon.";
        }
    }

    private static Geometry Of(GeoPolygon[] polygons) =>
        new() { Polygons = polygons, ArcCount = polygons.Sum(polygon => polygon.Arcs.Count()) };

    private static string? ReadPolygons(in QueryValue coordinates, out Geometry? geometry)
    {
        geometry = null;
        List<GeoPolygon> polygons = [];
        foreach (QueryValue rings in QueryValueReader.EnumerateArray(coordinates))
        {
            if (ReadPolygon(rings, out GeoPolygon? polygon) is { } fault)
            {
                return fault;
            }

            polygons.Add(polygon!);
        }

        geometry = Of([.. polygons]);
        return null;
    }

    private static string? ReadPolygon(in QueryValue coordinates, out GeoPolygon? polygon)
    {
        polygon = null;
        List<GeoRing> rings = [];
        foreach (QueryValue positions in QueryValueReader.EnumerateArray(coordinates))
        {
            if (ReadRing(positions, out GeoRing? ring) is { } fault)
            {
                return fault;
            }

            rings.Add(ring!);
        }

        if (rings.Count == 0)
        {
            return "A polygon has at least one ring.";
        }

        polygon = new GeoPolygon(rings[0], rings.Skip(1));
        return null;
    }

    private static string? ReadRing(in QueryValue positions, out GeoRing? ring)
    {
        ring = null;
        if (!positions.IsArray || QueryValueReader.Count(positions) < MinRingPositions)
        {
            return "A ring of a polygon is an array of at least four positions.";
        }

        if (ReadArcs(positions, out GeoArc[] arcs) is { } fault)
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

    private static string? ReadArcs(in QueryValue positions, out GeoArc[] arcs)
    {
        arcs = [];
        List<GeoArc> found = [];
        GeoPoint? last = null;
        foreach (QueryValue position in QueryValueReader.EnumerateArray(positions))
        {
            if (ReadPosition(position, out GeoPoint next) is { } fault)
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

    private static string? ReadPosition(in QueryValue position, out GeoPoint point)
    {
        point = default;
        if (!position.IsArray || QueryValueReader.Count(position) is < 2 or > 3 ||
            !QueryValueReader.TryGetElement(position, 0, out QueryValue longitude) || !longitude.IsNumber ||
            !QueryValueReader.TryGetElement(position, 1, out QueryValue latitude) || !latitude.IsNumber)
        {
            return "A position is an array of a longitude, a latitude and perhaps a height.";
        }

        if (!(Math.Abs(longitude.Number) <= 180))
        {
            return "Longitude values must be between -180 and 180 degrees.";
        }

        if (!(Math.Abs(latitude.Number) <= 90))
        {
            return "Latitude values must be between -90 and 90 degrees.";
        }

        point = GeoPoint.FromDegrees(longitude.Number, latitude.Number);
        return null;
    }
}
