namespace Nacre.Core.Spatial;

/// <summary>A point on the earth, in degrees of WGS-84 and as the direction of its coordinates.</summary>
public readonly struct GeoPoint
{
    // Invariants:
    // - Longitude is in [-180, 180), and 0 at the poles: each point has one form.
    // - Latitude is in [-90, 90].
    // - Direction has length one.

    private const double RadiansPerDegree = Math.PI / 180;

    private GeoPoint(double longitude, double latitude, Direction direction)
    {
        Longitude = longitude;
        Latitude = latitude;
        Direction = direction;
    }

    /// <summary>East of Greenwich, in degrees.</summary>
    public double Longitude { get; }

    /// <summary>North of the equator, in degrees.</summary>
    public double Latitude { get; }

    /// <summary>The direction with these coordinates on a sphere.</summary>
    public Direction Direction { get; }

    /// <summary>Whether this is the north or the south pole.</summary>
    public bool IsPole => Math.Abs(Latitude) == 90;

    /// <summary>A point of coordinates.</summary>
    /// <param name="longitude">From -180 to 180 degrees, both of which are one.</param>
    /// <param name="latitude">From -90 to 90 degrees.</param>
    public static GeoPoint FromDegrees(double longitude, double latitude)
    {
        longitude = Math.Abs(latitude) == 90 ? 0 : longitude == 180 ? -180 : longitude;
        (double sinLongitude, double cosLongitude) = SinCos(longitude);
        (double sin, double cos) = SinCos(latitude);
        return new GeoPoint(longitude, latitude, new Direction(cos * cosLongitude, cos * sinLongitude, sin));
    }

    /// <summary>A point in a direction.</summary>
    /// <param name="direction">Not zero.</param>
    public static GeoPoint FromDirection(Direction direction)
    {
        direction = direction.Normalised();
        double latitude = Math.Atan2(direction.Z, Math.Sqrt(direction.X * direction.X + direction.Y * direction.Y));
        double longitude = Math.Atan2(direction.Y, direction.X) / RadiansPerDegree;
        return new GeoPoint(longitude >= 180 ? -180 : longitude, latitude / RadiansPerDegree, direction);
    }

    /// <summary>Sine and cosine of an angle in degrees, from -180 to 180, to about one unit in the last place.</summary>
    /// <remarks>
    /// By sums, products and the series of B. Taylor alone: the same bits on every machine and with every C library.
    /// Directions decide which index entries an item has, and entries are deleted by making them again.
    /// </remarks>
    private static (double Sin, double Cos) SinCos(double degrees)
    {
        // What is taken off is a multiple of 90 and leaves 45 at most, without rounding.
        double quarters = Math.Round(degrees / 90);
        double x = (degrees - (90 * quarters)) * RadiansPerDegree;
        double x2 = x * x;
        double sin = x * (1 - (x2 / 6 * (1 - (x2 / 20 * (1 - (x2 / 42 * (1 - (x2 / 72 * (1 - (x2 / 110 *
            (1 - (x2 / 156 * (1 - (x2 / 210 * (1 - (x2 / 272))))))))))))))));
        double cos = 1 - (x2 / 2 * (1 - (x2 / 12 * (1 - (x2 / 30 * (1 - (x2 / 56 * (1 - (x2 / 90 *
            (1 - (x2 / 132 * (1 - (x2 / 182 * (1 - (x2 / 240 * (1 - (x2 / 306)))))))))))))))));
        return ((int)quarters & 3) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }
}
