using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Nacre.Micro.Trees;

/// <summary>Keys as an index of the product would get them, one behind the other, in the order in which they come.</summary>
internal sealed class KeySet
{
    private readonly byte[] _bytes;
    private readonly int[] _offsets;

    private KeySet(int count, Func<int, byte[]> make, bool shuffled)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        if (shuffled)
        {
            new Random(1).Shuffle(order);
        }

        MemoryStream bytes = new();
        _offsets = new int[count + 1];
        for (int i = 0; i < count; i++)
        {
            bytes.Write(make(order[i]));
            _offsets[i + 1] = (int)bytes.Length;
        }

        _bytes = bytes.ToArray();
    }

    public static IReadOnlyList<string> Names { get; } = ["random", "items", "tens", "spread", "feed", "reverse"];

    public int Count => _offsets.Length - 1;

    public long Bytes => _bytes.Length;

    public ReadOnlyMemory<byte> this[int index] => _bytes.AsMemory(_offsets[index].._offsets[index + 1]);

    public static KeySet Make(string name, int count) => name switch
    {
        // 16 random bytes.
        "random" => new(count, i => SHA256.HashData(BitConverter.GetBytes(i))[..16], shuffled: true),
        // About 60 bytes: tablet, hash of the partition key, partition key, id; a hundred items a partition.
        "items" => new(count, i => ItemKey($"customer-{i / 100:D8}", $"order-2024-{i:D10}"), shuffled: true),
        // The same with ten items a partition.
        "tens" => new(count, i => ItemKey($"customer-{i / 10:D8}", $"order-2024-{i:D10}"), shuffled: true),
        // The same with a partition for each item: nothing but the tablet is shared.
        "spread" => new(count, i => ItemKey($"customer-{i:D8}", $"order-2024-{i:D10}"), shuffled: true),
        // Tablet and log sequence number, rising.
        "feed" => new(count, i => FeedKey(i), shuffled: false),
        "reverse" => new(count, i => FeedKey(count - i), shuffled: false),
        _ => throw new ArgumentException($"No key set '{name}'; there are: {string.Join(", ", Names)}."),
    };

    private static byte[] ItemKey(string partition, string id)
    {
        byte[] partitionKey = Encoding.UTF8.GetBytes(partition);
        return [0, 0, 0, 1, .. SHA256.HashData(partitionKey)[..16], 8, .. partitionKey, 0, .. Encoding.UTF8.GetBytes(id)];
    }

    private static byte[] FeedKey(long lsn)
    {
        byte[] key = new byte[12];
        key[3] = 1;
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(4), lsn);
        return key;
    }
}
