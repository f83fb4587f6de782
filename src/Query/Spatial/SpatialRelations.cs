using Nacre.Core.Spatial;
using Nacre.Query.Functions;

namespace Nacre.Query.Spatial;

/// <summary>Whether geometries meet, hold one another, and how far apart they are.</summary>
/// <remarks>
/// Thread-safe. Edges are great-circle arcs through the coordinates as directions; they lie some metres beside the
/// ellipsoid's geodesic for edges of 100 km. Distances are measured on the ellipsoid.
/// </remarks>
internal static class SpatialRelations
{
    // Angles on the sphere and distances on the ellipsoid differ by less than this part.
    private const double SphereError = 0.01;
    private const int Rounds = 40;

    /// <summary>Whether two geometries have a point in common.</summary>
    public static bool Intersect(Geometry left, Geometry right, FunctionContext context)
    {
        Charge(left, right, context);
        if (left.Point is { } point)
        {
            return right.Holds(point);
        }

        if (right.Point is { } other)
        {
            return left.Holds(other);
        }

        GeoArc[] leftArcs = [.. left.Arcs];
        GeoArc[] rightArcs = [.. right.Arcs];
        foreach (ref readonly GeoArc arc in leftArcs.AsSpan())
        {
            foreach (ref readonly GeoArc against in rightArcs.AsSpan())
            {
                if (arc.Meets(against))
                {
                    return true;
                }
            }
        }

        // Without a common edge point, a part of one lies wholly in the other or wholly outside.
        return StartsOf(left).Any(right.Holds) || StartsOf(right).Any(left.Holds);
    }

    /// <summary>Whether all of the inner geometry belongs to the outer one.</summary>
    public static bool IsWithin(Geometry inner, Geometry outer, FunctionContext context)
    {
        Charge(inner, outer, context);
        if (inner.Point is { } point)
        {
            return outer.Holds(point);
        }

        GeoArc[] innerArcs = [.. inner.Arcs];
        GeoArc[] outerArcs = [.. outer.Arcs];
        if (innerArcs.Length == 0 || outer.Point is not null ||
            (inner.Polygons is not null && outer.Polygons is null))
        {
            return false;
        }

        // Cut at the edges of the outer one, each piece of the inner one's edges is inside or outside as its middle is.
        foreach (ref readonly GeoArc arc in innerArcs.AsSpan())
        {
            foreach (GeoPoint sample in Samples(arc, outerArcs))
            {
                if (!outer.Holds(sample))
                {
                    return false;
                }
            }
        }

        if (inner.Polygons is null)
        {
            return true;
        }

        // The inside may still be cut by an edge of the outer one, a hole's for example.
        foreach (ref readonly GeoArc arc in outerArcs.AsSpan())
        {
            foreach (GeoPoint sample in Samples(arc, innerArcs))
            {
                if (inner.HoldsInside(sample))
                {
                    return false;
                }
            }
        }

        // Both may have the same edges and opposite insides: look just to the left of one.
        GeoArc any = innerArcs[0];
        return outer.Holds(GeoPoint.FromDirection(any.Middle.Direction + any.Left * 1e-9));
    }

    /// <summary>The shortest distance in metres; 0 for geometries that meet.</summary>
    public static double DistanceMetres(Geometry left, Geometry right, FunctionContext context)
    {
        if (left.Point is { } from && right.Point is { } to)
        {
            return GeoArc.IsAt(from.Direction, to) ? 0 : Ellipsoid.DistanceMetres(from, to);
        }

        if (Intersect(left, right, context))
        {
            return 0;
        }

        Charge(left, right, context);
        double best = double.PositiveInfinity;
        double bestAngle = double.PositiveInfinity;
        // Arcs that do not meet are nearest at an end of one of them.
        Measure(left, [.. right.Arcs], ref best, ref bestAngle);
        Measure(right, [.. left.Arcs], ref best, ref bestAngle);
        return best;
    }

    private static void Measure(Geometry points, GeoArc[] arcs, ref double best, ref double bestAngle)
    {
        GeoPoint[] ends = points.Point is { } single ? [single] : [.. points.Arcs.SelectMany(arc => new[] { arc.Start, arc.End })];
        foreach (GeoPoint end in ends)
        {
            foreach (ref readonly GeoArc arc in arcs.AsSpan())
            {
                double angle = arc.NearestTo(end.Direction).AngleTo(end.Direction);
                if (angle <= bestAngle * (1 + SphereError))
                {
                    bestAngle = Math.Min(angle, bestAngle);
                    best = Math.Min(best, DistanceMetres(end, arc));
                }
            }
        }
    }

    /// <summary>The distance from a point to an arc: around the nearest point on the sphere the ellipsoid's is looked for.</summary>
    private static double DistanceMetres(GeoPoint point, in GeoArc arc)
    {
        Direction start = arc.Start.Direction;
        Direction end = arc.End.Direction;
        Direction nearest = arc.NearestTo(point.Direction);
        double whole = start.AngleTo(end);
        double centre = start.AngleTo(nearest) / whole;
        double reach = Math.Max(0.02, point.Direction.AngleTo(nearest) * SphereError) / whole;
        double low = Math.Max(centre - reach, 0);
        double high = Math.Min(centre + reach, 1);

        // The distance falls and then rises there: the golden section finds where it turns (J. Kiefer, 1953).
        const double Golden = 0.6180339887498949;
        double x1 = high - Golden * (high - low);
        double x2 = low + Golden * (high - low);
        double d1 = At(x1);
        double d2 = At(x2);
        for (int round = 0; round < Rounds && high - low > 1e-12; round++)
        {
            if (d1 <= d2)
            {
                (high, x2, d2) = (x2, x1, d1);
                x1 = high - Golden * (high - low);
                d1 = At(x1);
            }
            else
            {
                (low, x1, d1) = (x1, x2, d2);
                x2 = low + Golden * (high - low);
                d2 = At(x2);
            }
        }

        double turn = Math.Min(d1, d2);
        return Math.Min(turn, Math.Min(
            Ellipsoid.DistanceMetres(point, GeoPoint.FromDirection(start)),
            Ellipsoid.DistanceMetres(point, GeoPoint.FromDirection(end))));

        double At(double part)
        {
            double sine = Math.Sin(whole);
            Direction on = start * (Math.Sin((1 - part) * whole) / sine) + end * (Math.Sin(part * whole) / sine);
            return Ellipsoid.DistanceMetres(point, GeoPoint.FromDirection(on));
        }
    }

    /// <summary>Points of an arc of which each piece between the edges given has one, and its ends.</summary>
    private static List<GeoPoint> Samples(in GeoArc arc, GeoArc[] edges)
    {
        List<Direction> cuts = [arc.Start.Direction, arc.End.Direction];
        foreach (ref readonly GeoArc edge in edges.AsSpan())
        {
            if (arc.TryCross(edge, out Direction crossing))
            {
                cuts.Add(crossing);
            }

            if (arc.Holds(edge.Start.Direction))
            {
                cuts.Add(edge.Start.Direction);
            }

            if (arc.Holds(edge.End.Direction))
            {
                cuts.Add(edge.End.Direction);
            }
        }

        Direction start = arc.Start.Direction;
        cuts.Sort((left, right) => (left - start).Length.CompareTo((right - start).Length));
        List<GeoPoint> samples = [arc.Start, arc.End];
        for (int at = 1; at < cuts.Count; at++)
        {
            if ((cuts[at] - cuts[at - 1]).Length > GeoArc.Tolerance)
            {
                samples.Add(GeoPoint.FromDirection(cuts[at - 1] + cuts[at]));
            }
        }

        return samples;
    }

    /// <summary>A point of each part: the start of a line or of each ring is among the starts of the arcs.</summary>
    private static IEnumerable<GeoPoint> StartsOf(Geometry geometry) =>
        geometry.Point is { } point ? [point]
        : geometry.Line is { } line ? [line[0].Start]
        : geometry.Polygons!.SelectMany(polygon => polygon.RingStarts);

    private static void Charge(Geometry left, Geometry right, FunctionContext context) =>
        context.Charge((left.ArcCount + 1L) * (right.ArcCount + 1L) * 2);
}
