using System.Buffers.Binary;
using Nacre.Core.Indexing;

namespace Nacre.Core.Spatial;

/// <summary>A part of the earth that a query asks for: a geometry, or all that is within a distance of one.</summary>
/// <remarks>
/// Immutable, thread-safe. A spatial index has of each geometry the cells of a cover. A geometry that has a point in common
/// with a region has a cell of its cover in common with it, too: a cell of the region's cover, a piece of one, or a cell that
/// one is a piece of. Those are what <see cref="BoundsIn"/> names.
/// </remarks>
public sealed class GeoRegion
{
    /// <summary>Most cells of the cover of a geometry that is indexed.</summary>
    public const int MaxIndexedCells = 8;

    /// <summary>Bytes of an indexed cell.</summary>
    public const int CellBytes = GeoCell.IdBits / 8;

    /// <summary>Most cells of a region's cover.</summary>
    private const int MaxCells = 32;

    /// <summary>
    /// Metres of the shortest way on the WGS-84 ellipsoid between latitudes, or longitudes, that are one radian apart: its
    /// radius of curvature along a meridian at the equator. No way is shorter than so much for each radian of the angle
    /// between the directions of its ends.
    /// </summary>
    private const double LeastMetresPerRadian = 6_335_439;

    private readonly List<GeoCell> _cover;

    private GeoRegion(List<GeoCell> cover) => _cover = cover;

    /// <summary>A geometry's own points.</summary>
    public static GeoRegion Of(Geometry geometry) => Around(geometry, 0);

    /// <summary>All that is within a distance of a geometry.</summary>
    /// <param name="geometry">The geometry.</param>
    /// <param name="metres">As <c>ST_DISTANCE</c> measures it; below zero, or not a number, for nothing.</param>
    public static GeoRegion Around(Geometry geometry, double metres)
    {
        if (!(metres >= 0) || geometry is { Point: null, ArcCount: 0 })
        {
            return new GeoRegion([]);
        }

        // What counts as one point may lie on both sides of a cell's edge.
        double angle = Math.Max(metres / LeastMetresPerRadian, GeoArc.Tolerance);
        return geometry.ArcCount > GeoCover.MaxArcs || angle >= Math.PI
            ? new GeoRegion([.. Enumerable.Range(0, GeoCell.Faces).Select(GeoCell.Face)])
            : new GeoRegion(GeoCover.Of(geometry, angle, MaxCells));
    }

    /// <summary>Writes the cells that a geometry has in an index.</summary>
    /// <param name="geometry">The geometry.</param>
    /// <param name="types">
    /// Those that the index is meant for. A geometry of another type, with too many arcs, or with a ring of which it is not
    /// sure what its inside is, has the cell 0, which every region asks for.
    /// </param>
    /// <param name="destination">At least <see cref="MaxIndexedCells"/> times <see cref="CellBytes"/>.</param>
    /// <returns>Cells written, of <see cref="CellBytes"/> each; none for a geometry without points.</returns>
    public static int WriteCells(Geometry geometry, SpatialTypes types, Span<byte> destination)
    {
        if (geometry is { Point: null, ArcCount: 0 })
        {
            return 0;
        }

        bool isUnsure = geometry.Polygons?.Any(polygon => polygon.Rings.Any(ring => ring.IsFlat)) ?? false;
        if ((geometry.Type & types) == 0 || geometry.ArcCount > GeoCover.MaxArcs || isUnsure)
        {
            WriteCell(0, destination);
            return 1;
        }

        List<GeoCell> cover = GeoCover.Of(geometry, angle: 0, MaxIndexedCells);
        for (int at = 0; at < cover.Count; at++)
        {
            WriteCell(cover[at].Id, destination[(at * CellBytes)..]);
        }

        return cover.Count;
    }

    /// <summary>
    /// Which values of a spatial index to scan: whatever has a point in common with the region has an entry there. What else
    /// has one must be told apart by asking the geometry itself.
    /// </summary>
    /// <param name="types">Those that the index is meant for. One of points alone is asked for less.</param>
    /// <returns>In rising order, none overlapping another; none for an empty region.</returns>
    public IReadOnlyList<IndexBounds> BoundsIn(SpatialTypes types)
    {
        if (_cover.Count == 0)
        {
            return [];
        }

        var wanted = new SortedDictionary<ulong, ulong> { [0] = 0 };
        foreach (GeoCell cell in _cover)
        {
            wanted[cell.First] = cell.Last;
            for (GeoCell above = cell; types != SpatialTypes.Point && above.Level > 0;)
            {
                above = above.Parent;
                if (!wanted.TryAdd(above.Id, above.Id))
                {
                    break;
                }
            }
        }

        var bounds = new List<IndexBounds>();
        (ulong From, ulong To) last = (0, 0);
        foreach ((ulong from, ulong to) in wanted)
        {
            // Between the last piece of a cell and the first of its neighbour is one that both are pieces of.
            if (from > last.To + 2)
            {
                bounds.Add(BoundsOf(last.From, last.To));
                last = (from, to);
            }
            else
            {
                last.To = to;
            }
        }

        bounds.Add(BoundsOf(last.From, last.To));
        return bounds;
    }

    private static IndexBounds BoundsOf(ulong from, ulong to)
    {
        byte[] low = new byte[CellBytes];
        byte[] high = new byte[CellBytes];
        WriteCell(from, low);
        WriteCell(to, high);
        return new IndexBounds(low, FromInclusive: true, high, ToInclusive: true);
    }

    private static void WriteCell(ulong id, Span<byte> destination)
    {
        Span<byte> whole = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(whole, id);
        whole[^CellBytes..].CopyTo(destination);
    }
}
