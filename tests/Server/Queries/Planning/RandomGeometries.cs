using System.Globalization;
using Nacre.Testing;

namespace Nacre.Server.Tests.Queries.Planning;

/// <summary>Geometries on a grid of whole degrees at the equator or the antimeridian, so that many meet, and filters that ask for them.</summary>
/// <remarks>The same source gives the same geometries.</remarks>
internal sealed class RandomGeometries(SeededRandom random)
{
    private const int Degrees = 12;

    private static readonly string[] Invalid =
    [
        """{"type":"Point"}""", """{"type":"Point","coordinates":[200,0]}""", """{"type":"Point","coordinates":["a",1]}""", """{"type":"Circle","coordinates":[1,2]}""",
        """{"type":"LineString","coordinates":[[1,1],[1,1]]}""", """{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}""", """{"coordinates":[1,2]}""", "[1,2]", "5", "null",
        "\"{\\\"type\\\":\\\"Point\\\",\\\"coordinates\\\":[1,2]}\"",
    ];

    /// <summary>Members of a document, each behind a comma: <c>place</c> with a geometry, <c>places</c> with an array of some; or none.</summary>
    public string Members() =>
        (random.OneIn(6) ? "" : $",\"place\":{Any()}") + (random.OneIn(3) ? $",\"places\":[{Any()},{Any()}]" : "");

    /// <summary>A filter over geometries of the documents.</summary>
    /// <param name="path">Whose; any where there is none.</param>
    public string Filter(string? path = null)
    {
        string one = path ?? Pick(["c.place", "c.place", "c.place", "c.place", "c.places[0]", "c.d", "c.missing"]);
        string other = random.OneIn(20) ? "c.places[0]" : Any();
        (string first, string second) = random.OneIn(3) ? (other, one) : (one, other);
        return random.Next(9) switch
        {
            0 or 1 or 2 => $"ST_DISTANCE({first}, {second}) {Pick(["<", "<", "<=", "=", ">", ">="])} {Metres()}",
            3 => $"{Metres()} {Pick([">", ">=", "<"])} ST_DISTANCE({first}, {second})",
            4 => $"ST_DISTANCE({first}, {second}) BETWEEN {Metres()} AND {Metres()}",
            5 => $"ST_WITHIN({first}, {second})",
            6 or 7 => $"ST_INTERSECTS({first}, {second})",
            _ => $"ST_ISVALID({one})",
        };
    }

    private string Any() => random.OneIn(8) ? Pick(Invalid) : random.Next(8) switch
    {
        0 or 1 or 2 or 3 => $$"""{"type":"Point","coordinates":{{Position(Longitude(), Latitude())}}}""",
        4 or 5 => $$"""{"type":"LineString","coordinates":[{{string.Join(',', Enumerable.Range(0, 2 + random.Next(3)).Select(_ => Position(Longitude(), Latitude())))}}]}""",
        6 => $$"""{"type":"Polygon","coordinates":[{{Ring()}}]}""",
        _ => $$"""{"type":"MultiPolygon","coordinates":[{{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => $"[{Ring()}]"))}}]}""",
    };

    /// <summary>A rectangle; now and then the rest of the earth, or an eight.</summary>
    private string Ring()
    {
        int west = Longitude();
        int south = Latitude();
        int east = west + 1 + random.Next(4);
        int north = south + 1 + random.Next(4);
        (int, int)[] corners = random.Next(8) switch
        {
            0 => [(west, south), (west, north), (east, north), (east, south)],
            1 => [(west, south), (east, north), (east, south), (west, north)],
            _ => [(west, south), (east, south), (east, north), (west, north)],
        };
        return $"[{string.Join(',', corners.Append(corners[0]).Select(static corner => Position(corner.Item1, corner.Item2)))}]";
    }

    private int Longitude() => (random.OneIn(6) ? 174 : 0) + random.Next(Degrees);

    private int Latitude() => random.Next(Degrees) - (Degrees / 2);

    private static string Position(int longitude, int latitude) => $"[{(longitude > 180 ? longitude - 360 : longitude)},{latitude}]";

    private string Metres() => random.Next(6) switch
    {
        0 => Pick(["0", "-1", "25000000", "(1e300 * 1e300)", "\"x\"", "undefined"]),
        _ => (random.Next(6) * 60_000).ToString(CultureInfo.InvariantCulture),
    };

    private string Pick(string[] items) => items[random.Next(items.Length)];
}
