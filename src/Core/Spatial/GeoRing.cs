namespace Nacre.Core.Spatial;

/// <summary>A closed line, and the part of the earth to its left.</summary>
/// <remarks>
/// <para>
/// Thread-safe: it never changes. A ring may cross the antimeridian, hold poles and pass through them; there is no flat
/// map behind it.
/// </para>
/// <para>
/// The signed areas between the edges and the equator add up to the ring's own, and tell on which side the poles are; the
/// area of one such strip is a spherical excess (I. Todhunter, Spherical Trigonometry, 1886, article 103). A point's side
/// is then that of the north pole, changed by each edge that crosses the meridian between the two.
/// </para>
/// </remarks>
public sealed class GeoRing
{
    // Invariants:
    // - _strips make a closed path: their longitude differences add up to a multiple of 360 degrees.
    // - A ring through a pole has a strip of that latitude there, so that the path goes round the pole and not through.

    private const double FlatSteradians = 1e-13;

    private readonly GeoArc[] _edges;
    private readonly Strip[] _strips;
    private readonly bool _hasNorthPole;

    /// <summary>A ring.</summary>
    /// <param name="edges">At least three, each beginning where the one before ends.</param>
    public GeoRing(GeoArc[] edges)
    {
        _edges = edges;
        _strips = StripsOf(edges);
        double turn = 0;
        double area = 0;
        foreach (Strip strip in _strips)
        {
            turn += strip.Width;
            area += strip.Area(latitude => latitude);
        }

        // Eastward round the earth the north is to the left; else the poles are on the outer side of a ring that
        // runs counter-clockwise.
        GoesRound = Math.Abs(turn) > 180;
        _hasNorthPole = GoesRound ? turn > 0 : area > 0;
        IsFlat = !GoesRound && Math.Abs(area) < FlatSteradians;
        IsSmall = Area(area) <= 2 * Math.PI;
    }

    /// <summary>The edges.</summary>
    public ReadOnlySpan<GeoArc> Edges => _edges;

    /// <summary>Whether it divides the poles.</summary>
    public bool GoesRound { get; }

    /// <summary>
    /// Whether the ring takes up so little that rounding may have decided which side is its left one: four square metres. A
    /// ring that crosses itself, as an eight does, may be of any size and yet take up nothing.
    /// </summary>
    public bool IsFlat { get; }

    /// <summary>Whether the part to the left is at most half of the earth.</summary>
    public bool IsSmall { get; }

    /// <summary>The same ring the other way round, with the other part to its left.</summary>
    public GeoRing Reversed()
    {
        var edges = new GeoArc[_edges.Length];
        for (int at = 0; at < edges.Length; at++)
        {
            GeoArc edge = _edges[edges.Length - 1 - at];
            edges[at] = new GeoArc(edge.End, edge.Start);
        }

        return new GeoRing(edges);
    }

    /// <summary>Whether a point is on the ring itself.</summary>
    public bool Touches(GeoPoint point)
    {
        foreach (ref readonly GeoArc edge in _edges.AsSpan())
        {
            if (edge.Holds(point.Direction))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a point that is not on the ring is to its left.</summary>
    public bool IsLeft(GeoPoint point)
    {
        bool inside = _hasNorthPole;
        if (point.Latitude != 90)
        {
            foreach (ref readonly Strip strip in _strips.AsSpan())
            {
                inside ^= strip.IsNorthOf(point);
            }
        }

        return inside;
    }

    /// <summary>The area to the left in square metres, on the WGS-84 ellipsoid.</summary>
    public double AreaSquareMetres()
    {
        double area = 0;
        foreach (Strip strip in _strips)
        {
            area += strip.Area(Ellipsoid.AuthalicLatitude);
        }

        return Area(area) * Ellipsoid.AuthalicRadiusMetres * Ellipsoid.AuthalicRadiusMetres;
    }

    private double Area(double strips) =>
        GoesRound ? 2 * Math.PI - strips : strips <= 0 ? -strips : 4 * Math.PI - strips;

    private static Strip[] StripsOf(GeoArc[] edges)
    {
        List<Strip> strips = [];
        for (int at = 0; at < edges.Length; at++)
        {
            GeoPoint start = edges[at].Start;
            GeoPoint end = edges[at].End;
            if (start.IsPole)
            {
                // The edges at a pole run along meridians; between the two of them the path turns on the spot.
                double before = edges[(at + edges.Length - 1) % edges.Length].Start.Longitude;
                strips.Add(new Strip(before, end.Longitude, start.Latitude, start.Latitude));
            }
            else if (!end.IsPole)
            {
                // Meridians that are opposite make a great circle through a pole.
                bool overPole = Math.Abs(end.Longitude - start.Longitude) == 180;
                double pole = start.Latitude + end.Latitude > 0 ? 90 : -90;
                strips.Add(new Strip(
                    start.Longitude, end.Longitude, overPole ? pole : start.Latitude, overPole ? pole : end.Latitude));
            }
        }

        return [.. strips];
    }
}
