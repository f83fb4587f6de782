namespace Nacre.Core.Spatial;

/// <summary>Finds few cells that together hold all of a geometry, grown by an angle.</summary>
/// <remarks>
/// <para>
/// Thread-safe. As in S2's region coverer (s2geometry.io/devguide/examples/coverings): from the faces on, the largest cell
/// is taken apart into those quarters that the geometry may meet, as long as there are not too many.
/// </para>
/// <para>
/// Whether it may is decided by the circle around a cell, by sums, products and square roots alone where the geometry is
/// not grown: the same cells come of it on every machine. It errs to one side: what meets the geometry is never left out.
/// </para>
/// </remarks>
internal static class GeoCover
{
    /// <summary>Geometries of more arcs are not taken apart.</summary>
    public const int MaxArcs = 16_384;

    /// <summary>Added to each distance, for what rounding takes off: six millimetres, a thousand times what counts as touching.</summary>
    private const double Margin = 1e-9;

    /// <summary>Covers a geometry.</summary>
    /// <param name="geometry">Of at most <see cref="MaxArcs"/> arcs.</param>
    /// <param name="angle">What to grow it by, in radians; from 0.</param>
    /// <param name="maxCells">Most cells; a cover of a part of each face has six in any case.</param>
    /// <returns>Cells of which none is a piece of another, in no order; none for a geometry without points.</returns>
    public static List<GeoCell> Of(Geometry geometry, double angle, int maxCells)
    {
        Invariant.Check(geometry.ArcCount <= MaxArcs);
        Invariant.Check(angle >= 0);
        var cover = new List<GeoCell>();
        if (geometry.Point is { } point && angle == 0)
        {
            cover.Add(GeoCell.Of(point.Direction));
            return cover;
        }

        GeoArc[] arcs = [.. geometry.Arcs];
        var open = new Queue<Part>();
        for (int face = 0; face < GeoCell.Faces; face++)
        {
            if (Meet(geometry, angle, GeoCell.Face(face), arcs) is { } part)
            {
                open.Enqueue(part);
            }
        }

        var children = new List<Part>(4);
        while (open.TryDequeue(out Part? part))
        {
            if (part.IsWhole || part.Cell.Level == GeoCell.MaxLevel)
            {
                cover.Add(part.Cell);
                continue;
            }

            children.Clear();
            for (int quarter = 0; quarter < 4; quarter++)
            {
                if (Meet(geometry, angle, part.Cell.Child(quarter), part.Near) is { } child)
                {
                    children.Add(child);
                }
            }

            if (cover.Count + open.Count + children.Count > maxCells)
            {
                cover.Add(part.Cell);
                continue;
            }

            foreach (Part child in children)
            {
                open.Enqueue(child);
            }
        }

        return cover;
    }

    /// <summary>What a cell may have of the geometry; null for nothing.</summary>
    /// <param name="geometry">The geometry.</param>
    /// <param name="angle">What it is grown by.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="arcs">The arcs that the cell's parent may have.</param>
    private static Part? Meet(Geometry geometry, double angle, GeoCell cell, GeoArc[] arcs)
    {
        GeoCap bound = cell.Bound();

        // A chord is no longer than its arc, and that of two angles no longer than both chords: this is never too little.
        double reach = bound.Reach + angle + Margin;
        double nearest = double.PositiveInfinity;
        var near = new List<GeoArc>();
        foreach (ref readonly GeoArc arc in arcs.AsSpan())
        {
            double distance = (arc.NearestTo(bound.Centre) - bound.Centre).Length;
            nearest = Math.Min(nearest, distance);
            if (distance <= reach)
            {
                near.Add(arc);
            }
        }

        if (geometry.Point is { } point)
        {
            nearest = (point.Direction - bound.Centre).Length;
            return nearest <= reach ? new Part(cell, [], IsWithin(nearest, bound, angle)) : null;
        }

        if (near.Count > 0)
        {
            return new Part(cell, [.. near], IsWithin(nearest, bound, angle));
        }

        // No edge comes near: all of the cell is inside, or all outside.
        return geometry.Polygons is not null && geometry.Holds(GeoPoint.FromDirection(bound.Centre))
            ? new Part(cell, [], IsWhole: true)
            : null;
    }

    /// <summary>Whether all of a cell is as near as the angle.</summary>
    private static bool IsWithin(double distance, in GeoCap bound, double angle) =>
        angle > 0 && AngleOf(distance) + AngleOf(bound.Reach) <= angle;

    private static double AngleOf(double chord) => 2 * Math.Asin(Math.Min(1, chord / 2));

    /// <summary>A cell that the geometry may meet.</summary>
    /// <param name="Cell">The cell.</param>
    /// <param name="Near">The arcs that may be in it.</param>
    /// <param name="IsWhole">Whether all of the cell belongs to the grown geometry.</param>
    private sealed record Part(GeoCell Cell, GeoArc[] Near, bool IsWhole);
}
