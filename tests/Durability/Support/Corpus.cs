using System.Globalization;
using System.Text;
using Nacre.Testing;

namespace Nacre.Durability.Tests.Support;

/// <summary>
/// Many documents that are made from their number and version alone, so that each can be checked byte by byte and a
/// test keeps nothing of them but versions.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Corpus
{
    private const int Partitions = 97;
    private const int LeastFiller = 700;
    private const int FillerSpread = 2400;
    private const int TextBytes = 1 << 20;

    private readonly string _text = Convert.ToHexStringLower(new SeededRandom(9).Bytes(TextBytes / 2));

    public static string IdOf(int number) => number.ToString("d8", CultureInfo.InvariantCulture);

    public static string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"p{number % Partitions:d2}");

    /// <summary>A document: its version stands in it, and all else follows from number and version.</summary>
    public byte[] Make(int number, int version)
    {
        var chance = new SeededRandom(((ulong)number << 32) | (uint)version);
        int length = LeastFiller + chance.Next(FillerSpread);
        int start = chance.Next(TextBytes - length);
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $$"""{"id":"{{IdOf(number)}}","pk":"{{KeyOf(number)}}","v":{{version}},"t":"{{_text.AsSpan(start, length)}}"}"""));
    }

    /// <summary>Reads number and version out of a document and holds it against what it must be, byte by byte.</summary>
    public (int Number, int Version) Check(ReadOnlySpan<byte> document)
    {
        // {"id":"00000000","pk":"p00","v":1,...
        int number = int.Parse(document.Slice(7, 8), CultureInfo.InvariantCulture);
        ReadOnlySpan<byte> rest = document[(document.IndexOf("\"v\":"u8) + 4)..];
        int version = int.Parse(rest[..rest.IndexOf((byte)',')], CultureInfo.InvariantCulture);
        if (!document.SequenceEqual(Make(number, version)))
        {
            Assert.Fail($"{number} in version {version} is torn: {Encoding.UTF8.GetString(document)}");
        }

        return (number, version);
    }
}
