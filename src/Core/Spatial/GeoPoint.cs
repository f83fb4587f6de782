namespace Nacre.Query.Spatial;

/// <summary>A point on the earth, in degrees of WGS-84 and as the direction of its coordinates.</summary>
internal readonly struct GeoPoint
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
        (double sinLongitude, double cosLongitude) = Math.SinCos(longitude * RadiansPerDegree);
        (double sin, double cos) = Math.SinCos(latitude * RadiansPerDegree);
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
}
