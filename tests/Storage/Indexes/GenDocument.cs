using System.Text;
using System.Text.Json;
using CsCheck;

namespace Nacre.Storage.Tests.Indexes;

/// <summary>Documents of a few member names and many shapes.</summary>
internal static class GenDocument
{
    private static readonly Gen<string> GenName = Gen.OneOf("a", "b", "c", "tags", "location", "漢", "x/y", "[]", "_etag", "with \"quotes\"", "é\n");

    private static readonly Gen<string> GenScalar = Gen.OneOf(
        Gen.OneOf("null", "true", "false", "0", "-0", "1", "2.50", "1e400", "9007199254740993", "0.1", "\"\"", "\"a\"", "\"\\u00e9\\n\"", "\"\\ud83d\\ude00\"", "\"漢字\""),
        Gen.Int[-1000, 1000].Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Gen.Int[120, 140].Select(length => $"\"{new string('t', length)}\""));

    private static readonly Gen<string> GenPosition = Gen.Select(Gen.Int[-1810, 1810], Gen.Int[-900, 900])
        .Select((longitude, latitude) => FormattableString.Invariant($"[{longitude / 10.0},{latitude / 10.0}]"));

    private static readonly Gen<string> GenGeometry = Gen.OneOf(
        GenPosition.Select(point => $$"""{"type":"Point","coordinates":{{point}}}"""),
        GenPosition.Array[2, 4].Select(line => $$"""{"coordinates":[{{string.Join(',', line)}}],"type":"LineString"}"""),
        GenPosition.Array[3, 5].Select(ring => $$"""{"type":"Polygon","coordinates":[[{{string.Join(',', ring)}},{{ring[0]}}]]}"""));

    /// <summary>Text of a JSON value.</summary>
    public static Gen<string> Value(int depth) => depth == 0 ? GenScalar : Gen.Frequency(
        (4, GenScalar),
        (1, GenGeometry),
        (1, Value(depth - 1).Array[0, 4].Select(values => $"[{string.Join(',', values)}]")),
        (2, Members(depth - 1).Select(members => $"{{{members}}}")));

    /// <summary>A document with an id and a partition key.</summary>
    public static Gen<byte[]> Of(string id) => Members(3).Select(members =>
        Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","pk":"p"{{(members.Length == 0 ? "" : ",")}}{{members}}}"""));

    private static Gen<string> Members(int depth) =>
        Gen.Select(GenName, Value(depth)).Array[0, 5].Select(members => string.Join(',', members
            .DistinctBy(member => member.Item1)
            .Select(member => $"{JsonSerializer.Serialize(member.Item1)}:{member.Item2}")));
}
