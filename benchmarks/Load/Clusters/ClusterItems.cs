using System.Globalization;
using System.Text;

namespace Nacre.Benchmarks.Load.Clusters;

/// <summary>Makes items: JSON of an exact length, cheaply, so that the driver takes little of the processors that the nodes need.</summary>
internal static class ClusterItems
{
    private const int IdDigits = 12;
    private const string Begin = "{\"id\":\"k";
    private const string Middle = "\",\"value\":\"";
    private const string End = "\"}";

    /// <summary>The key of a number. Each is a partition of its own, as a key of etcd's is.</summary>
    public static string Id(long number) => string.Create(CultureInfo.InvariantCulture, $"k{number:D12}");

    /// <summary>A buffer for items of one length.</summary>
    /// <param name="bytes">Of JSON.</param>
    /// <param name="random">Chooses its text.</param>
    public static byte[] NewBody(int bytes, Random random)
    {
        const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        string head = Begin + new string('0', IdDigits) + Middle;
        return Encoding.UTF8.GetBytes(head + new string(random.GetItems<char>(Letters, bytes - head.Length - End.Length)) + End);
    }

    /// <summary>Makes a buffer the item of another key.</summary>
    public static void SetId(byte[] body, string id) => Encoding.UTF8.GetBytes(id.AsSpan(1), body.AsSpan(Begin.Length));
}
