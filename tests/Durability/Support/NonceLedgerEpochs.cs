using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Nacre.Durability.Tests.Support;

/// <summary>
/// Finds under which key and counter a block of a store was sealed, when only its sealed bytes are known: its tag entry is
/// written later, or never.
/// </summary>
/// <param name="binding">Store id, log and ordinal of the index checkpoint.</param>
/// <param name="keys">The data keys.</param>
/// <param name="random">What was drawn in this life.</param>
/// <remarks>
/// Counters are expected to rise by one, and a new epoch to begin with 1; where that does not hold, every counter that this
/// life has met is tried. A guess is proved by what comes out: blocks of records, nodes and hash tables are far from
/// noise, and under any other key or counter noise is what comes out. Where the tag is written later it proves the guess again.
/// </remarks>
internal sealed class NonceLedgerEpochs(byte[] binding, NonceLedgerKeys keys, NonceLedgerRandom random)
{
    private const int BlockBytes = 4096;
    private const ulong Beyond = 64;

    // The sum of squared counts of byte values: 69,632 for noise, with a deviation of some 360.
    private const int LeastOrder = 73_000;

    private readonly List<byte[]> _met = [];
    private ulong _counter;
    private ulong _highest;

    /// <summary>The key of an epoch; empty when the data key is not known.</summary>
    public static byte[] KeyOf(NonceLedgerKeys keys, uint dataKey, byte[] binding, byte[] salt) => keys.Derive(dataKey, Context(binding, salt)) ?? [];

    /// <summary>Finds key and nonce of the next block that the log wrote.</summary>
    public bool TryAttribute(ReadOnlySpan<byte> block, out byte[] key, out byte[] nonce)
    {
        if (_met.Count > 0 && IsUnder(_met[^1], _counter + 1, block))
        {
            return Found(_met[^1], _counter + 1, out key, out nonce);
        }

        // Zeros are what a draw would leave that was forgotten.
        foreach (byte[] salt in random.NewestFirst.Append(new byte[16]))
        {
            foreach (byte[] dataKey in keys.NewestFirst)
            {
                byte[] candidate = NonceLedgerKeys.Derive(dataKey, [], Context(binding, salt));
                if (IsUnder(candidate, 1, block))
                {
                    _met.Add(candidate);
                    return Found(candidate, 1, out key, out nonce);
                }
            }
        }

        foreach (byte[] candidate in _met)
        {
            for (ulong counter = 0; counter <= _highest + Beyond; counter++)
            {
                if (IsUnder(candidate, counter, block))
                {
                    return Found(candidate, counter, out key, out nonce);
                }
            }
        }

        (key, nonce) = ([], []);
        return false;
    }

    private static byte[] Context(byte[] binding, byte[] salt) => [.. "nacre store blocks"u8, .. binding, .. salt];

    private bool Found(byte[] candidate, ulong counter, out byte[] key, out byte[] nonce)
    {
        _counter = counter;
        _highest = Math.Max(_highest, counter);
        key = candidate;
        nonce = new byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, counter);
        return true;
    }

    /// <summary>True when the block is not noise once the key stream of AES-GCM for this counter is taken off.</summary>
    private static bool IsUnder(byte[] key, ulong counter, ReadOnlySpan<byte> block)
    {
        Span<byte> stream = stackalloc byte[BlockBytes];
        stream.Clear();
        for (int i = 0; i < BlockBytes / 16; i++)
        {
            // The nonce and a count of 32 bits; 1 makes the tag, the text begins with 2.
            BinaryPrimitives.WriteUInt64LittleEndian(stream[(i * 16)..], counter);
            BinaryPrimitives.WriteInt32BigEndian(stream[((i * 16) + 12)..], i + 2);
        }

        using var aes = Aes.Create();
        aes.Key = key;
        aes.EncryptEcb(stream, stream, PaddingMode.None);
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        for (int i = 0; i < BlockBytes; i++)
        {
            counts[stream[i] ^ block[i]]++;
        }

        int order = 0;
        foreach (int count in counts)
        {
            order += count * count;
        }

        return order > LeastOrder;
    }
}
