using CsCheck;
using Nacre.Core.Spatial;

namespace Nacre.Core.Tests.Spatial;

/// <summary>Cells: quarters of faces, what lies in them, and their ids.</summary>
[TestFixture]
public sealed class GeoCellTests
{
    private static readonly Gen<Direction> GenDirection = Gen.OneOf(
        Gen.Select(Gen.Double[-1, 1], Gen.Double[-1, 1], Gen.Double[-1, 1], (x, y, z) => new Direction(x, y, z)),
        Gen.Select(Gen.Int[-1, 1], Gen.Int[-1, 1], Gen.Int[-1, 1], (x, y, z) => new Direction(x, y, z)));

    private static readonly Gen<GeoCell> GenCell = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3].Array[0, GeoCell.MaxLevel], (face, quarters) =>
        quarters.Aggregate(GeoCell.Face(face), (cell, quarter) => cell.Child(quarter)));

    [Test]
    public void Of_AnyDirection_IsInEachCellAbove() => GenDirection.Where(direction => direction.Length > 0).Sample(direction =>
    {
        direction = direction.Normalised();
        GeoCell cell = GeoCell.Of(direction);
        Assert.That(cell.Level, Is.EqualTo(GeoCell.MaxLevel));
        for (int level = GeoCell.MaxLevel; ; level--)
        {
            GeoCap bound = cell.Bound();
            Assert.That(cell.Level, Is.EqualTo(level));
            Assert.That((direction - bound.Centre).Length, Is.LessThanOrEqualTo(bound.Reach + 1e-14));
            Assert.That(bound.Reach, Is.LessThan(1.45 / (1 << level)), "it is no larger than it must be");
            Assert.That(GeoCell.Of(direction).Id, Is.InRange(cell.First, cell.Last));
            if (level == 0)
            {
                break;
            }

            cell = cell.Parent;
        }
    });

    [Test]
    public void Child_AnyCell_HasASpanOfItsOwnWithinItsParents() => GenCell.Where(cell => cell.Level < GeoCell.MaxLevel).Sample(cell =>
    {
        ulong before = cell.First - 1;
        for (int quarter = 0; quarter < 4; quarter++)
        {
            GeoCell child = cell.Child(quarter);
            Assert.That((child.Parent, child.Level), Is.EqualTo((cell, cell.Level + 1)));
            Assert.That(child.First, Is.GreaterThan(before));
            Assert.That(child.Id, Is.InRange(child.First, child.Last));
            Assert.That(child.Last, Is.LessThanOrEqualTo(cell.Last));
            Assert.That(cell.Id, Is.Not.InRange(child.First, child.Last));
            before = child.Last;
        }

        Assert.That(cell.First, Is.EqualTo(cell.Child(0).First));
        Assert.That(cell.Last, Is.EqualTo(cell.Child(3).Last).And.LessThan(1UL << GeoCell.IdBits));
    });

    /// <summary>The middle of a cell lies in it, so that what bounds it is about the right place.</summary>
    [Test]
    public void Bound_AnyCell_HasItsCentreInTheCell() => GenCell.Where(cell => cell.Level < GeoCell.MaxLevel).Sample(cell =>
        Assert.That(GeoCell.Of(cell.Bound().Centre).Id, Is.InRange(cell.First, cell.Last)));

    [Test]
    public void FromDegrees_AnyCoordinates_IsTheDirectionToTheLastPlaces() =>
        Gen.Select(Gen.Double[-180, 180], Gen.Double[-90, 90]).Sample((longitude, latitude) =>
        {
            Direction direction = GeoPoint.FromDegrees(longitude, latitude).Direction;
            (double sin, double cos) = Math.SinCos(latitude * Math.PI / 180);
            (double sinLongitude, double cosLongitude) = Math.SinCos(longitude * Math.PI / 180);
            Assert.That((direction - new Direction(cos * cosLongitude, cos * sinLongitude, sin)).Length, Is.LessThan(1e-15));
        });

    [TestCase(0, 90, 0, 0, 1)]
    [TestCase(0, -90, 0, 0, -1)]
    [TestCase(180, 0, -1, 0, 0)]
    [TestCase(-90, 0, 0, -1, 0)]
    public void FromDegrees_QuarterTurns_AreExact(double longitude, double latitude, double x, double y, double z) =>
        Assert.That(GeoPoint.FromDegrees(longitude, latitude).Direction, Is.EqualTo(new Direction(x, y, z)));
}
