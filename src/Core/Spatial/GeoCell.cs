using System.Globalization;
using System.Numerics;

namespace Nacre.Core.Spatial;

/// <summary>
/// A piece of the earth: one of the six faces of a cube around it, or a quarter, a quarter of a quarter and so on of one.
/// </summary>
/// <param name="Id">See the remarks; 0 for none.</param>
/// <remarks>
/// <para>
/// The cells of the S2 geometry library (s2geometry.io/devguide/s2cell_hierarchy), but with a plain central projection to
/// the faces, quarters in Z order (G. Morton, 1966) instead of Hilbert's, and fewer levels. A cell's edges are arcs of
/// great circles. There is no flat map, so neither a pole nor the antimeridian is anything special.
/// </para>
/// <para>
/// The id has the face in its highest three bits of 48, then two bits a level, then a one and zeros. So a cell's pieces
/// have the ids from <see cref="First"/> to <see cref="Last"/>, the cell's own lies in the midst of them, and a piece of
/// one cell is no piece of another unless that is a piece of the first.
/// </para>
/// </remarks>
public readonly record struct GeoCell(ulong Id)
{
    /// <summary>The level of the smallest cells, which are two metres wide.</summary>
    public const int MaxLevel = 22;

    /// <summary>Faces of the cube.</summary>
    public const int Faces = 6;

    /// <summary>Bits of an id.</summary>
    public const int IdBits = FaceBits + PathBits + 1;

    private const int FaceBits = 3;
    private const int PathBits = 2 * MaxLevel;
    private const ulong MaxPlace = (1 << MaxLevel) - 1;

    /// <summary>How many times a face was quartered.</summary>
    public int Level => MaxLevel - (BitOperations.TrailingZeroCount(Id) / 2);

    /// <summary>The cell that this is a quarter of; not of a face.</summary>
    public GeoCell Parent
    {
        get
        {
            ulong mark = Mark << 2;
            return new GeoCell((Id & ~(mark | (mark - 1))) | mark);
        }
    }

    /// <summary>The lowest id of its pieces.</summary>
    public ulong First => Id - (Mark - 1);

    /// <summary>The highest id of its pieces.</summary>
    public ulong Last => Id + (Mark - 1);

    private ulong Mark => Id & (~Id + 1);

    /// <summary>A face.</summary>
    /// <param name="face">0 to 5: around the axes X, Y, Z, and then around the opposite directions.</param>
    public static GeoCell Face(int face) => new(((ulong)face << (PathBits + 1)) | (1UL << PathBits));

    /// <summary>The smallest cell that a direction lies in.</summary>
    /// <param name="direction">Of any length but zero.</param>
    public static GeoCell Of(Direction direction)
    {
        double x = Math.Abs(direction.X);
        double y = Math.Abs(direction.Y);
        double z = Math.Abs(direction.Z);
        int axis = x >= y ? (x >= z ? 0 : 2) : (y >= z ? 1 : 2);
        double along = axis == 0 ? direction.X : axis == 1 ? direction.Y : direction.Z;
        double u = axis == 0 ? direction.Y : axis == 1 ? direction.Z : direction.X;
        double v = axis == 0 ? direction.Z : axis == 1 ? direction.X : direction.Y;
        int face = axis + (along < 0 ? 3 : 0);
        ulong path = (Spread(PlaceOf(u / Math.Abs(along))) << 1) | Spread(PlaceOf(v / Math.Abs(along)));
        return new GeoCell(((ulong)face << (PathBits + 1)) | (path << 1) | 1);
    }

    /// <summary>A quarter; not of the smallest cells.</summary>
    /// <param name="quarter">0 to 3.</param>
    public GeoCell Child(int quarter)
    {
        ulong mark = Mark >> 2;
        return new GeoCell((Id - Mark) | ((ulong)quarter * 2 * mark) | mark);
    }

    /// <summary>The circle around the cell.</summary>
    public GeoCap Bound()
    {
        int level = Level;
        int face = (int)(Id >> (PathBits + 1));
        ulong path = (Id >> 1) & ((1UL << PathBits) - 1);
        double width = 1.0 / (1 << level);
        double u = Gather(path >> 1) / (double)(1 << MaxLevel);
        double v = Gather(path) / (double)(1 << MaxLevel);

        // The smallest cell at the mark of a larger one lies right of its middle: its own corner is found by the level.
        u = Math.Floor(u / width) * width;
        v = Math.Floor(v / width) * width;
        Direction centre = At(face, u + (width / 2), v + (width / 2)).Normalised();
        double reach = 0;
        for (int corner = 0; corner < 4; corner++)
        {
            Direction at = At(face, u + ((corner & 1) * width), v + ((corner >> 1) * width)).Normalised();
            reach = Math.Max(reach, (at - centre).Length);
        }

        return new GeoCap(centre, reach);
    }

    /// <inheritdoc/>
    public override string ToString() => Id.ToString("X12", CultureInfo.InvariantCulture);

    /// <summary>A direction of a face.</summary>
    /// <param name="face">The face.</param>
    /// <param name="u">0 to 1 across it.</param>
    /// <param name="v">Likewise.</param>
    private static Direction At(int face, double u, double v)
    {
        double along = face < 3 ? 1 : -1;
        u = (2 * u) - 1;
        v = (2 * v) - 1;
        return (face % 3) switch
        {
            0 => new Direction(along, u, v),
            1 => new Direction(v, along, u),
            _ => new Direction(u, v, along),
        };
    }

    private static ulong PlaceOf(double place) =>
        (ulong)Math.Clamp((long)((place + 1) / 2 * (MaxPlace + 1)), 0, (long)MaxPlace);

    /// <summary>Puts a zero before each bit.</summary>
    private static ulong Spread(ulong bits)
    {
        bits = (bits | (bits << 16)) & 0x0000_FFFF_0000_FFFF;
        bits = (bits | (bits << 8)) & 0x00FF_00FF_00FF_00FF;
        bits = (bits | (bits << 4)) & 0x0F0F_0F0F_0F0F_0F0F;
        bits = (bits | (bits << 2)) & 0x3333_3333_3333_3333;
        return (bits | (bits << 1)) & 0x5555_5555_5555_5555;
    }

    /// <summary>Takes every second bit.</summary>
    private static ulong Gather(ulong bits)
    {
        bits &= 0x5555_5555_5555_5555;
        bits = (bits | (bits >> 1)) & 0x3333_3333_3333_3333;
        bits = (bits | (bits >> 2)) & 0x0F0F_0F0F_0F0F_0F0F;
        bits = (bits | (bits >> 4)) & 0x00FF_00FF_00FF_00FF;
        bits = (bits | (bits >> 8)) & 0x0000_FFFF_0000_FFFF;
        return (bits | (bits >> 16)) & 0x0000_0000_FFFF_FFFF;
    }
}
