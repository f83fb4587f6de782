namespace Nacre.Core.Spatial;

/// <summary>What lies to the left of an outer ring, without its holes.</summary>
/// <remarks>
/// Thread-safe: it never changes. The dialect's rule: an outer ring that runs clockwise stands for the rest of the earth.
/// A hole is the smaller part that its ring makes, whichever way it runs, because both ways are found in the wild.
/// </remarks>
public sealed class GeoPolygon
{
    private readonly GeoRing _outer;
    private readonly GeoRing[] _holes;

    /// <summary>A polygon.</summary>
    /// <param name="outer">Its interior is to the left.</param>
    /// <param name="holes">In either direction.</param>
    public GeoPolygon(GeoRing outer, IEnumerable<GeoRing> holes)
    {
        _outer = outer;
        _holes = [.. holes.Select(hole => hole.IsSmall ? hole : hole.Reversed())];
    }

    /// <summary>The outer ring, then the holes.</summary>
    public IEnumerable<GeoRing> Rings => _holes.Prepend(_outer);

    /// <summary>The arcs of all rings.</summary>
    public IEnumerable<GeoArc> Arcs => Rings.SelectMany(ring => ring.Edges.ToArray());

    /// <summary>A vertex of each ring.</summary>
    public IEnumerable<GeoPoint> RingStarts => Rings.Select(ring => ring.Edges[0].Start);

    /// <summary>The area in square metres, on the WGS-84 ellipsoid.</summary>
    public double AreaSquareMetres() => _outer.AreaSquareMetres() - _holes.Sum(hole => hole.AreaSquareMetres());

    /// <summary>Whether a point belongs to the polygon; edges do.</summary>
    public bool Holds(GeoPoint point) => Touches(point) || IsInside(point);

    /// <summary>Whether a point lies inside and not on an edge.</summary>
    public bool HoldsInside(GeoPoint point) => !Touches(point) && IsInside(point);

    private bool Touches(GeoPoint point)
    {
        if (_outer.Touches(point))
        {
            return true;
        }

        foreach (GeoRing hole in _holes)
        {
            if (hole.Touches(point))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsInside(GeoPoint point)
    {
        if (!_outer.IsLeft(point))
        {
            return false;
        }

        foreach (GeoRing hole in _holes)
        {
            if (hole.IsLeft(point))
            {
                return false;
            }
        }

        return true;
    }
}
