using System.Globalization;
using System.Text;

namespace Nacre.Benchmarks.Load.Workloads;

/// <summary>Makes the documents: a JSON object with id, partition key and ten text fields, as YCSB's records.</summary>
internal static class Documents
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// <summary>The id of a key: fixed width, so that ids sort as keys do.</summary>
    public static string Id(long key) => string.Create(CultureInfo.InvariantCulture, $"user{key:D12}");

    /// <summary>The partition of a key: a hundred documents share one, so that a scan has something to walk.</summary>
    public static string Partition(long key) => string.Create(CultureInfo.InvariantCulture, $"p{key / 100:D10}");

    /// <summary>A document of about <paramref name="bytes"/> bytes of UTF-8.</summary>
    public static byte[] Body(long key, int bytes, Random random)
    {
        var text = new StringBuilder(bytes + 64);
        text.Append(CultureInfo.InvariantCulture, $$"""{"id":"{{Id(key)}}","p":"{{Partition(key)}}","seq":{{key}}""");
        const int Fields = 10;
        int fieldBytes = Math.Max(1, ((bytes - text.Length - 1) / Fields) - 13);
        for (int field = 0; field < Fields; field++)
        {
            text.Append(CultureInfo.InvariantCulture, $",\"field{field}\":\"");
            for (int i = 0; i < fieldBytes; i++)
            {
                text.Append(Letters[random.Next(Letters.Length)]);
            }

            text.Append('"');
        }

        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }
}
