namespace Nacre.Core.Spatial;

/// <summary>What lies between an edge and the equator.</summary>
/// <param name="StartLongitude">Where the edge begins, in degrees.</param>
/// <param name="EndLongitude">Where it ends.</param>
/// <param name="StartLatitude">Where it begins, in degrees; 90 or -90 at both ends for a turn at a pole.</param>
/// <param name="EndLatitude">Where it ends.</param>
public readonly record struct Strip(
    double StartLongitude, double EndLongitude, double StartLatitude, double EndLatitude)
{
    private const double RadiansPerDegree = Math.PI / 180;

    /// <summary>How far east the edge ends, in degrees, the short way round; from -180 to 180.</summary>
    public double Width
    {
        get
        {
            double degrees = EndLongitude - StartLongitude;
            return degrees > 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees;
        }
    }

    /// <summary>The area in steradians: above zero for an edge that runs east in the north or west in the south.</summary>
    /// <param name="latitudeOf">The latitude on the sphere that the area is computed on; both in radians.</param>
    public double Area(Func<double, double> latitudeOf)
    {
        double start = Math.Tan(latitudeOf(StartLatitude * RadiansPerDegree) / 2);
        double end = Math.Tan(latitudeOf(EndLatitude * RadiansPerDegree) / 2);
        (double sin, double cos) = Math.SinCos(Width * RadiansPerDegree / 2);
        return 2 * Math.Atan2(sin * (start + end), cos * (1 + start * end));
    }

    /// <summary>Whether the edge crosses the meridian from a point to the north pole.</summary>
    public bool IsNorthOf(GeoPoint point)
    {
        // Of the two ends only the western one belongs to the edge, so that a vertex is crossed once. Longitudes are
        // compared as they are: rounded differences could make the two edges at a vertex disagree.
        (double west, double east) = Width >= 0 ? (StartLongitude, EndLongitude) : (EndLongitude, StartLongitude);
        bool isAcross = west <= east
            ? west <= point.Longitude && point.Longitude < east
            : west <= point.Longitude || point.Longitude < east;
        if (!isAcross)
        {
            return false;
        }

        if (Math.Abs(StartLatitude) == 90)
        {
            return StartLatitude > 0;
        }

        (double westLatitude, double eastLatitude) = Width >= 0 ? (StartLatitude, EndLatitude) : (EndLatitude, StartLatitude);
        double across = Math.Abs(Width) * RadiansPerDegree;
        double from = point.Longitude - west;
        double left = (from < 0 ? from + 360 : from) * RadiansPerDegree;
        double tangent = (Math.Tan(westLatitude * RadiansPerDegree) * Math.Sin(across - left) +
            Math.Tan(eastLatitude * RadiansPerDegree) * Math.Sin(left)) / Math.Sin(across);
        return tangent > Math.Tan(point.Latitude * RadiansPerDegree);
    }
}
