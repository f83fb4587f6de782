using Nacre.Core.Spatial;

namespace Nacre.Core.Tests.Spatial;

/// <summary>Distances against those of GeographicLib (C. Karney, Algorithms for geodesics, 2013), which are exact to nanometres.</summary>
[TestFixture]
public sealed class EllipsoidTests
{
    [TestCase(40.6, -73.8, 51.6, -0.5, 5551759.400318679)]
    [TestCase(0, 0, 0, 1, 111319.49079327357)]
    [TestCase(0, 0, 90, 0, 10001965.729312724)]
    [TestCase(-37.95103341666667, 144.42486788888888, -37.65282113888889, 143.92649552777778, 54972.27113920008)]
    [TestCase(47.66901087006131, -122.11758113953535, 47.63980239335718, -122.12826822304672, 3345.2697403737193)]
    [TestCase(47.66901087006131, -122.11758113953535, 46.81297794314663, -96.84368664765994, 1907438.3420087907)]
    [TestCase(52.3, 4.9, -33.9, 151.2, 16643009.541386824)]
    [TestCase(10, 170, -10, -170, 3130218.198435779)]
    [TestCase(89.9, 0, 89.9, 180, 22338.795682520195)]
    [TestCase(0, 0, 1, 178.5, 19824358.794264004)]
    [TestCase(0.0001, 0, 0, 0.0001, 15.690347193077733)]
    [TestCase(60, 179.999, 60, -179.999, 111.60000314117005)]
    public void DistanceMetres_KnownLines_AreExactToAMillimetre(
        double fromLatitude, double fromLongitude, double toLatitude, double toLongitude, double expected)
    {
        GeoPoint from = GeoPoint.FromDegrees(fromLongitude, fromLatitude);
        GeoPoint to = GeoPoint.FromDegrees(toLongitude, toLatitude);

        Assert.That(Ellipsoid.DistanceMetres(from, to), Is.EqualTo(expected).Within(1e-3));
        Assert.That(Ellipsoid.DistanceMetres(to, from), Is.EqualTo(expected).Within(1e-3));
    }

    [TestCase(-90, 0, 90, 0, 20003931.458625447)]
    [TestCase(0, 0, 0.5, 179.5, 19936288.578965314)]
    [TestCase(0, 0, 0, 179.3, 19959584.699233953)]
    [TestCase(-30, -150, 29.9, 29.8, 19989832.82760953)]
    public void DistanceMetres_NearlyOppositePoints_AreOffBySixThousandthsAtMost(
        double fromLatitude, double fromLongitude, double toLatitude, double toLongitude, double expected)
    {
        double distance = Ellipsoid.DistanceMetres(
            GeoPoint.FromDegrees(fromLongitude, fromLatitude), GeoPoint.FromDegrees(toLongitude, toLatitude));

        Assert.That(distance, Is.EqualTo(expected).Within(0.6).Percent);
    }

    [Test]
    public void DistanceMetres_OnePoint_IsZero()
    {
        Assert.That(Ellipsoid.DistanceMetres(GeoPoint.FromDegrees(180, 5), GeoPoint.FromDegrees(-180, 5)), Is.Zero);
        Assert.That(Ellipsoid.DistanceMetres(GeoPoint.FromDegrees(10, 90), GeoPoint.FromDegrees(-70, 90)), Is.Zero);
    }
}
