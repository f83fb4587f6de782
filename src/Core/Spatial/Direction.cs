namespace Nacre.Core.Spatial;

/// <summary>A direction from the centre of a unit sphere: what arcs and sides are computed with.</summary>
/// <param name="X">Towards the point at 0 degrees east on the equator.</param>
/// <param name="Y">Towards the point at 90 degrees east on the equator.</param>
/// <param name="Z">Towards the north pole.</param>
/// <remarks>Not always of length one: a cross product is as long as the sine of the angle.</remarks>
public readonly record struct Direction(double X, double Y, double Z)
{
    /// <summary>The length.</summary>
    public double Length => Math.Sqrt(Dot(this));

    /// <summary>The sum, component by component.</summary>
    public static Direction operator +(Direction left, Direction right) =>
        new(left.X + right.X, left.Y + right.Y, left.Z + right.Z);

    /// <summary>The difference, component by component.</summary>
    public static Direction operator -(Direction left, Direction right) =>
        new(left.X - right.X, left.Y - right.Y, left.Z - right.Z);

    /// <summary>The opposite direction.</summary>
    public static Direction operator -(Direction value) => new(-value.X, -value.Y, -value.Z);

    /// <summary>The same direction, longer or shorter.</summary>
    public static Direction operator *(Direction value, double factor) =>
        new(value.X * factor, value.Y * factor, value.Z * factor);

    /// <summary>The inner product.</summary>
    public double Dot(Direction other) => X * other.X + Y * other.Y + Z * other.Z;

    /// <summary>The cross product.</summary>
    public Direction Cross(Direction other) => new(
        Y * other.Z - Z * other.Y, Z * other.X - X * other.Z, X * other.Y - Y * other.X);

    /// <summary>The same direction with length one.</summary>
    public Direction Normalised() => this * (1 / Length);

    /// <summary>The angle to another direction in radians, exact for small and large ones alike.</summary>
    public double AngleTo(Direction other) => Math.Atan2(Cross(other).Length, Dot(other));
}
