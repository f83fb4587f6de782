namespace Nacre.Core.Spatial;

/// <summary>The shorter great-circle arc between two points: an edge of a line or a ring.</summary>
/// <remarks>
/// What lies within 10^-12 radians (6 micrometres) of an arc counts as on it: coordinates that were computed to be there
/// miss by less.
/// </remarks>
public readonly struct GeoArc
{
    // Invariants:
    // - The ends are neither the same nor antipodes.

    /// <summary>How near is on, in radians.</summary>
    public const double Tolerance = 1e-12;

    private readonly Direction _normal;

    /// <summary>An arc.</summary>
    public GeoArc(GeoPoint start, GeoPoint end)
    {
        Start = start;
        End = end;
        // Twice the cross product, but without its cancellation for ends that are near.
        _normal = (start.Direction + end.Direction).Cross(end.Direction - start.Direction).Normalised();
    }

    /// <summary>Where it begins.</summary>
    public GeoPoint Start { get; }

    /// <summary>Where it ends.</summary>
    public GeoPoint End { get; }

    /// <summary>The direction to its left.</summary>
    public Direction Left => _normal;

    /// <summary>Its point half-way.</summary>
    public GeoPoint Middle => GeoPoint.FromDirection(Start.Direction + End.Direction);

    /// <summary>Whether a point is on the arc.</summary>
    public bool Holds(Direction point) =>
        Math.Abs(SideOf(point)) <= Tolerance && (IsBetween(point) || IsAt(point, Start) || IsAt(point, End));

    /// <summary>Whether two directions are one point.</summary>
    public static bool IsAt(Direction point, GeoPoint other) => (point - other.Direction).Length <= Tolerance;

    /// <summary>Whether two arcs have a point in common.</summary>
    public bool Meets(in GeoArc other) =>
        Holds(other.Start.Direction) || Holds(other.End.Direction) ||
        other.Holds(Start.Direction) || other.Holds(End.Direction) || TryCross(other, out _);

    /// <summary>Where two arcs cross, each from one side of the other to the other side.</summary>
    public bool TryCross(in GeoArc other, out Direction point)
    {
        point = default;
        if (SideOf(other.Start.Direction) * SideOf(other.End.Direction) >= 0 ||
            other.SideOf(Start.Direction) * other.SideOf(End.Direction) >= 0)
        {
            return false;
        }

        Direction line = _normal.Cross(other._normal);
        if (line.Length == 0)
        {
            return false;
        }

        // The circles meet in two antipodes; at most one of them is on both arcs.
        point = line.Normalised();
        if (!IsBetween(point))
        {
            point = -point;
        }

        return IsBetween(point) && other.IsBetween(point);
    }

    /// <summary>The point of the arc that is nearest to another on the sphere.</summary>
    public Direction NearestTo(Direction point)
    {
        Direction onCircle = point - _normal * _normal.Dot(point);
        if (onCircle.Length > 0 && IsBetween(onCircle))
        {
            return onCircle.Normalised();
        }

        return (point - Start.Direction).Length <= (point - End.Direction).Length ? Start.Direction : End.Direction;
    }

    /// <summary>Above zero to the left, below to the right: the sine of the angle to the circle.</summary>
    private double SideOf(Direction point) => _normal.Dot(point - Start.Direction);

    private bool IsBetween(Direction point) =>
        _normal.Dot(Start.Direction.Cross(point)) >= 0 && _normal.Dot(point.Cross(End.Direction)) >= 0;
}
