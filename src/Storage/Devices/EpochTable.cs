using System.Buffers.Binary;
using Nacre.Core;
using Nacre.Core.Files;

namespace Nacre.Storage.Devices;

/// <summary>
/// The keys of a block log: one to write under, drawn anew at every open, and all that blocks still need.
/// </summary>
/// <remarks>Thread-safe for <see cref="For"/>; the rest belongs to the log's writer.</remarks>
internal sealed class EpochTable : IDisposable
{
    // Invariants:
    // - the epoch written under was drawn in this open, is under the domain's current data key, and is not spent;
    // - ordinals rise and are never reused.
    private static ReadOnlySpan<byte> Purpose => "nacre store blocks"u8;

    private readonly BlockLogOptions _options;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<uint, BlockEpoch> _epochs = [];
    private readonly Dictionary<uint, BlockCipher> _ciphers = [];
    private volatile BlockCipher? _latest;
    private BlockCipher? _writing;
    private uint _next;

    /// <summary>Makes a table; the first epoch to write under is drawn when it is needed.</summary>
    /// <param name="options">The log's.</param>
    /// <param name="recovered">Epochs that blocks are under.</param>
    /// <param name="next">The next ordinal.</param>
    public EpochTable(BlockLogOptions options, IEnumerable<BlockEpoch> recovered, uint next)
    {
        Invariant.Check(next >= 1);
        Invariant.Check(options.BlocksPerSalt is >= 1 and <= 1UL << 24);
        _options = options;
        _next = next;
        foreach (BlockEpoch epoch in recovered)
        {
            Invariant.Check(epoch.Ordinal < next);
            _epochs.Add(epoch.Ordinal, epoch);
        }
    }

    /// <summary>The ordinal that the next epoch will get.</summary>
    public uint Next
    {
        get
        {
            lock (_gate)
            {
                return _next;
            }
        }
    }

    /// <summary>The cipher to write the next block under.</summary>
    public BlockCipher Writing()
    {
        if (_writing is { IsSpent: false } current && current.Epoch.Key == _options.Keys.Current(_options.Domain))
        {
            return current;
        }

        Span<byte> salt = stackalloc byte[16];
        _options.Random.Fill(salt);
        lock (_gate)
        {
            BlockEpoch epoch = new(
                _next, _options.Keys.Current(_options.Domain), BinaryPrimitives.ReadUInt128LittleEndian(salt));
            _next = checked(_next + 1);
            BlockCipher cipher = Derive(epoch);
            _epochs.Add(epoch.Ordinal, epoch);
            _ciphers.Add(epoch.Ordinal, cipher);
            _writing = cipher;
            return cipher;
        }
    }

    /// <summary>The cipher of an epoch; null when there is no such epoch.</summary>
    /// <exception cref="StorageFaultException">Its data key is not known here.</exception>
    public BlockCipher? For(uint ordinal)
    {
        if (_latest is { } latest && latest.Epoch.Ordinal == ordinal)
        {
            return latest;
        }

        lock (_gate)
        {
            if (!_ciphers.TryGetValue(ordinal, out BlockCipher? cipher))
            {
                if (!_epochs.TryGetValue(ordinal, out BlockEpoch epoch))
                {
                    return null;
                }

                cipher = Derive(epoch);
                _ciphers.Add(ordinal, cipher);
            }

            _latest = cipher;
            return cipher;
        }
    }

    /// <summary>The epochs of some ordinals.</summary>
    public IReadOnlyList<BlockEpoch> Select(IReadOnlySet<uint> ordinals)
    {
        lock (_gate)
        {
            return [.. _epochs.Values.Where(epoch => ordinals.Contains(epoch.Ordinal))];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (BlockCipher cipher in _ciphers.Values)
            {
                cipher.Dispose();
            }
        }
    }

    private BlockCipher Derive(BlockEpoch epoch)
    {
        Span<byte> context = stackalloc byte[Purpose.Length + StoreId.SizeBytes + 8 + 16];
        Purpose.CopyTo(context);
        Span<byte> rest = context[Purpose.Length..];
        _options.Store.Write(rest);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[16..], (uint)_options.Log.Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[20..], _options.Log.Ordinal);
        BinaryPrimitives.WriteUInt128LittleEndian(rest[24..], epoch.Salt);
        byte[] key = new byte[32];
        if (!_options.Keys.TryDerive(epoch.Key, context, key))
        {
            throw new StorageFaultException(
                StorageFaultKind.Corrupt, _options.Log.FilePrefix, $"epoch {epoch.Ordinal}",
                $"data key {epoch.Key} is not known here");
        }

        return new BlockCipher(epoch, key, _options.BlocksPerSalt);
    }
}
