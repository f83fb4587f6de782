using Nacre.Core.Indexing;

namespace Nacre.Core.Spatial;

/// <summary>A GeoJSON geometry as what it is made of: one point, one line, or polygons that do not overlap.</summary>
/// <remarks>Thread-safe: it never changes. All of it is closed: what lies on an edge belongs to it.</remarks>
public sealed class Geometry
{
    // Invariants:
    // - Exactly one of Point, Line and Polygons is set.

    /// <summary>What GeoJSON calls it; one of the types.</summary>
    public SpatialTypes Type { get; init; }

    /// <summary>The point of a Point.</summary>
    public GeoPoint? Point { get; init; }

    /// <summary>The arcs of a LineString, at least one, each beginning where the one before ends.</summary>
    public GeoArc[]? Line { get; init; }

    /// <summary>The polygons of a Polygon or MultiPolygon; a MultiPolygon may have none.</summary>
    public GeoPolygon[]? Polygons { get; init; }

    /// <summary>How many arcs there are: what comparing with another geometry costs for each arc of that.</summary>
    public int ArcCount { get; init; }

    /// <summary>All arcs: the line's, or those of all rings.</summary>
    public IEnumerable<GeoArc> Arcs => Line ?? (Polygons ?? []).SelectMany(polygon => polygon.Arcs);

    /// <summary>Whether a point belongs to the geometry.</summary>
    public bool Holds(GeoPoint point)
    {
        if (Point is { } own)
        {
            return GeoArc.IsAt(point.Direction, own);
        }

        if (Line is not null)
        {
            foreach (ref readonly GeoArc arc in Line.AsSpan())
            {
                if (arc.Holds(point.Direction))
                {
                    return true;
                }
            }

            return false;
        }

        foreach (GeoPolygon polygon in Polygons!)
        {
            if (polygon.Holds(point))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a point lies inside of a polygon and not on an edge.</summary>
    public bool HoldsInside(GeoPoint point)
    {
        foreach (GeoPolygon polygon in Polygons ?? [])
        {
            if (polygon.HoldsInside(point))
            {
                return true;
            }
        }

        return false;
    }
}
