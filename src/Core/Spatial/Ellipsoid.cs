namespace Nacre.Core.Spatial;

/// <summary>The WGS-84 ellipsoid: distances along it and areas on it.</summary>
/// <remarks>Thread-safe.</remarks>
public static class Ellipsoid
{
    /// <summary>The radius of the sphere with the ellipsoid's surface area, in metres.</summary>
    public const double AuthalicRadiusMetres = 6_371_007.180918474;

    private const double EquatorMetres = 6_378_137;
    private const double Flattening = 1 / 298.257223563;
    private const double PolarMetres = EquatorMetres * (1 - Flattening);
    private const double Eccentricity2 = Flattening * (2 - Flattening);
    private const double MeanRadiusMetres = 6_371_008.771415059;
    private const double RadiansPerDegree = Math.PI / 180;
    private const int MostRounds = 200;

    private static readonly double Eccentricity = Math.Sqrt(Eccentricity2);
    private static readonly double PolarQ = AuthalicQ(1);

    /// <summary>The length of the geodesic between two points, in metres.</summary>
    /// <remarks>
    /// The inverse formula of T. Vincenty (Direct and inverse solutions of geodesics on the ellipsoid, Survey Review 23,
    /// 1975), exact to half a millimetre. It does not converge for points that are nearly antipodes (within about half a
    /// degree); their distance is then that on the mean sphere, which is off by 0.6 % at most.
    /// </remarks>
    public static double DistanceMetres(GeoPoint from, GeoPoint to)
    {
        if ((from.Direction - to.Direction).Length == 0)
        {
            return 0;
        }

        double difference = (to.Longitude - from.Longitude) * RadiansPerDegree;
        (double sinFrom, double cosFrom) = Math.SinCos(Reduced(from.Latitude));
        (double sinTo, double cosTo) = Math.SinCos(Reduced(to.Latitude));
        double lambda = difference;
        for (int round = 0; round < MostRounds; round++)
        {
            (double sinLambda, double cosLambda) = Math.SinCos(lambda);
            double east = cosTo * sinLambda;
            double north = cosFrom * sinTo - sinFrom * cosTo * cosLambda;
            double sinSigma = Math.Sqrt(east * east + north * north);
            if (sinSigma == 0)
            {
                return Fallback(from, to);
            }

            double cosSigma = sinFrom * sinTo + cosFrom * cosTo * cosLambda;
            double sigma = Math.Atan2(sinSigma, cosSigma);
            double sinAlpha = cosFrom * cosTo * sinLambda / sinSigma;
            double cosAlpha2 = 1 - sinAlpha * sinAlpha;
            // A line along the equator has no highest point.
            double middle = cosAlpha2 == 0 ? 0 : cosSigma - 2 * sinFrom * sinTo / cosAlpha2;
            double c = Flattening / 16 * cosAlpha2 * (4 + Flattening * (4 - 3 * cosAlpha2));
            double before = lambda;
            lambda = difference + (1 - c) * Flattening * sinAlpha *
                (sigma + c * sinSigma * (middle + c * cosSigma * (2 * middle * middle - 1)));
            if (Math.Abs(lambda) > Math.PI && Math.Abs(difference) <= Math.PI)
            {
                return Fallback(from, to);
            }

            if (Math.Abs(lambda - before) < 1e-12)
            {
                return Length(sigma, sinSigma, cosSigma, cosAlpha2, middle);
            }
        }

        return Fallback(from, to);
    }

    /// <summary>The latitude on a sphere that keeps areas as they are on the ellipsoid.</summary>
    /// <param name="latitude">In radians.</param>
    /// <remarks>Source: J. Snyder, Map Projections: A Working Manual, 1987, equations 3-11 and 3-12.</remarks>
    public static double AuthalicLatitude(double latitude) =>
        Math.Asin(Math.Clamp(AuthalicQ(Math.Sin(latitude)) / PolarQ, -1, 1));

    private static double Length(double sigma, double sinSigma, double cosSigma, double cosAlpha2, double middle)
    {
        double u2 = cosAlpha2 * (EquatorMetres * EquatorMetres - PolarMetres * PolarMetres) / (PolarMetres * PolarMetres);
        double a = 1 + u2 / 16_384 * (4_096 + u2 * (-768 + u2 * (320 - 175 * u2)));
        double b = u2 / 1_024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)));
        double correction = b * sinSigma * (middle + b / 4 * (cosSigma * (2 * middle * middle - 1) -
            b / 6 * middle * (4 * sinSigma * sinSigma - 3) * (4 * middle * middle - 3)));
        return PolarMetres * a * (sigma - correction);
    }

    private static double Reduced(double latitude) => Math.Abs(latitude) == 90
        ? latitude * RadiansPerDegree
        : Math.Atan((1 - Flattening) * Math.Tan(latitude * RadiansPerDegree));

    private static double Fallback(GeoPoint from, GeoPoint to) =>
        MeanRadiusMetres * from.Direction.AngleTo(to.Direction);

    private static double AuthalicQ(double sine)
    {
        double es = Eccentricity * sine;
        return (1 - Eccentricity2) * (sine / (1 - es * es) + Math.Atanh(es) / Eccentricity);
    }
}
