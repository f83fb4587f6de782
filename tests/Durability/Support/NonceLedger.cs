using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Nacre.Durability.Tests.Support;

/// <summary>
/// Every pair of key and nonce under which something was sealed that reached a disk, with a hash of what it sealed. A pair
/// that comes again with other bytes is a fault.
/// </summary>
/// <remarks>
/// Thread-safe; shared by all lives and copies of a node. The same bytes may be written again: they tell an onlooker
/// nothing new. That happens by design, since the ring is written whole with the wrapped keys that did not change, and
/// every checkpoint of the catalogue carries the same sealed secrets. A pair is counted once.
/// </remarks>
internal sealed class NonceLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(UInt128 Key, UInt128 Nonce), Sealing> _sealings = [];
    private readonly Dictionary<UInt128, (byte[] Key, byte[] Nonce)> _blocks = [];
    private readonly Dictionary<NonceLedgerKind, int> _counts = [];
    private readonly List<string> _faults = [];

    /// <summary>What went wrong, the first first.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (_lock)
            {
                return [.. _faults];
            }
        }
    }

    /// <summary>Blocks of stores whose tag was seen and holds under the key and nonce that the ledger has for them.</summary>
    public int ProvedBlocks { get; private set; }

    /// <summary>Pairs of key and nonce of a kind; writes, for what is not sealed.</summary>
    public int CountOf(NonceLedgerKind kind)
    {
        lock (_lock)
        {
            return _counts.GetValueOrDefault(kind);
        }
    }

    /// <summary>Notes a fault.</summary>
    public void Fault(string what)
    {
        lock (_lock)
        {
            _faults.Add(what);
        }
    }

    /// <summary>Counts what holds no ciphertext.</summary>
    public void NoteClear(NonceLedgerKind kind)
    {
        lock (_lock)
        {
            _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        }
    }

    /// <summary>Notes something sealed.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="key">The AES key itself.</param>
    /// <param name="nonce">12 bytes.</param>
    /// <param name="sealedBytes">All that the seal gave: where the tag is known, with the tag, which covers the associated data too.</param>
    /// <param name="where">Names it in a fault.</param>
    public void Note(NonceLedgerKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> sealedBytes, string where)
    {
        UInt128 hash = HashOf(sealedBytes);
        lock (_lock)
        {
            if (_sealings.TryAdd(PairOf(key, nonce), new Sealing(kind, hash, where)))
            {
                _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
            }
            else if (_sealings[PairOf(key, nonce)] is var before && before.Hash != hash)
            {
                _faults.Add($"{where} ({kind}): nonce {Convert.ToHexString(nonce)} was used before under the same key, for {before.Where} ({before.Kind})");
            }
        }
    }

    /// <summary>Notes a block of a store, whose tag is written apart from it, or never if power goes before.</summary>
    public void NoteBlock(NonceLedgerKind kind, byte[] key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> block, string where)
    {
        Note(kind, key, nonce, block, where);
        lock (_lock)
        {
            _blocks[HashOf(block)] = (key, nonce.ToArray());
        }
    }

    /// <summary>Finds under what a block was noted.</summary>
    public bool TryFindBlock(ReadOnlySpan<byte> block, out byte[] key, out byte[] nonce)
    {
        lock (_lock)
        {
            bool found = _blocks.TryGetValue(HashOf(block), out (byte[] Key, byte[] Nonce) noted);
            (key, nonce) = found ? noted : ([], []);
            return found;
        }
    }

    /// <summary>Notes the tag of a block that was noted before. It covers the block's place: the same block with another tag was sealed twice.</summary>
    public void NoteTag(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> tag, string where)
    {
        UInt128 read = BinaryPrimitives.ReadUInt128LittleEndian(tag);
        lock (_lock)
        {
            Sealing sealing = _sealings[PairOf(key, nonce)];
            if (sealing.Tag is { } known && known != read)
            {
                _faults.Add($"{where}: nonce {Convert.ToHexString(nonce)} gave another tag for {sealing.Where}");
            }

            ProvedBlocks += sealing.Tag is null ? 1 : 0;
            _sealings[PairOf(key, nonce)] = sealing with { Tag = read };
        }
    }

    // 128 bits of SHA-256: enough that no two of some 100,000 are the same by chance.
    private static UInt128 HashOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    private static (UInt128 Key, UInt128 Nonce) PairOf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        Span<byte> wide = stackalloc byte[16];
        wide.Clear();
        nonce.CopyTo(wide);
        return (HashOf(key), BinaryPrimitives.ReadUInt128LittleEndian(wide));
    }

    private sealed record Sealing(NonceLedgerKind Kind, UInt128 Hash, string Where)
    {
        public UInt128? Tag { get; init; }
    }
}
