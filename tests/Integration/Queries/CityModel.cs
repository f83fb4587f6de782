using System.IO.Compression;
using System.Text.Json;
using Nacre.Cli;

namespace Nacre.Integration.Tests.Queries;

/// <summary>The cities of tests/Data as plain objects, so that questions have answers that owe nothing to the query engine.</summary>
internal sealed record CityModel(
    string Id, string Name, string Country, string CountryName, string Continent, string? Region, string? District,
    CityModel.Point Location, string[] Languages, string[] Currencies)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    internal sealed record Point(string Type, double[] Coordinates);

    public double Longitude => Location.Coordinates[0];

    public double Latitude => Location.Coordinates[1];

    /// <summary>All cities, and their lines as they are in the file.</summary>
    public static (IReadOnlyList<CityModel> Cities, IReadOnlyList<byte[]> Lines) Load()
    {
        using Stream packed = typeof(CliException).Assembly.GetManifestResourceStream("cities.jsonl.gz")!;
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        List<CityModel> cities = [];
        List<byte[]> lines = [];
        while (reader.ReadLine() is { } line)
        {
            cities.Add(JsonSerializer.Deserialize<CityModel>(line, Web)!);
            lines.Add(System.Text.Encoding.UTF8.GetBytes(line));
        }

        return (cities, lines);
    }

    /// <summary>Kilometres on a sphere; the engine measures on the ellipsoid, which differs by less than 0.6 percent.</summary>
    public double KilometresTo(double longitude, double latitude)
    {
        double from = double.DegreesToRadians(Latitude);
        double to = double.DegreesToRadians(latitude);
        double half = Math.Pow(Math.Sin((to - from) / 2), 2) +
            (Math.Cos(from) * Math.Cos(to) * Math.Pow(Math.Sin(double.DegreesToRadians(longitude - Longitude) / 2), 2));
        return 2 * 6371.0088 * Math.Asin(Math.Sqrt(half));
    }
}
