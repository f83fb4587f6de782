using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Core;

namespace Nacre.Storage.Devices;

/// <summary>AES-256-GCM under one epoch's key: a data key and a salt drawn when the log was opened.</summary>
/// <remarks>Opening is thread-safe; sealing belongs to the log's writer.</remarks>
internal sealed class BlockCipher : IDisposable
{
    // Invariants:
    // - a counter value is used for one block only, so that no nonce repeats under the key;
    // - the salt is random and the counter lives in memory only: a copied folder goes on under another key.

    /// <summary>Bytes of the associated data.</summary>
    public const int AssociatedBytes = 40;

    private const int NonceBytes = 12;
    private readonly byte[] _key;
    private readonly Stack<AesGcm> _idle = new();
    private readonly AesGcm _sealer;
    private readonly ulong _maxBlocks;
    private ulong _counter;
    private bool _disposed;

    /// <summary>Takes over a derived key.</summary>
    /// <param name="epoch">The epoch it belongs to.</param>
    /// <param name="key">32 bytes; cleared at disposal.</param>
    /// <param name="maxBlocks">Blocks that may be sealed.</param>
    public BlockCipher(BlockEpoch epoch, byte[] key, ulong maxBlocks)
    {
        Invariant.Check(key.Length == 32);
        Epoch = epoch;
        _key = key;
        _maxBlocks = maxBlocks;
        _sealer = new AesGcm(key, 16);
    }

    /// <summary>The epoch.</summary>
    public BlockEpoch Epoch { get; }

    /// <summary>True when the epoch has sealed all that it may.</summary>
    public bool IsSpent => _counter >= _maxBlocks;

    /// <summary>Encrypts a block and writes its tag entry.</summary>
    /// <param name="clear">One block.</param>
    /// <param name="sealedBlock">One block; may be the same memory.</param>
    /// <param name="entry">The tag entry, 32 bytes.</param>
    /// <param name="associated">What binds the block to its place.</param>
    public void Seal(ReadOnlySpan<byte> clear, Span<byte> sealedBlock, Span<byte> entry, ReadOnlySpan<byte> associated)
    {
        Invariant.Check(_counter < _maxBlocks);
        _counter++;
        BinaryPrimitives.WriteUInt32LittleEndian(entry, Epoch.Ordinal);
        entry[4..8].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], _counter);
        Span<byte> nonce = stackalloc byte[NonceBytes];
        nonce.Clear();
        entry[8..16].CopyTo(nonce);
        _sealer.Encrypt(nonce, clear, sealedBlock, entry[16..32], associated);
    }

    /// <summary>Decrypts a block in place.</summary>
    /// <returns>False when block, entry and place do not belong together.</returns>
    public bool TryOpen(Span<byte> block, ReadOnlySpan<byte> entry, ReadOnlySpan<byte> associated)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        nonce.Clear();
        entry[8..16].CopyTo(nonce);
        AesGcm opener = Rent();
        try
        {
            opener.Decrypt(nonce, block, entry[16..32], block, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        finally
        {
            Return(opener);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_idle)
        {
            _disposed = true;
            foreach (AesGcm opener in _idle)
            {
                opener.Dispose();
            }

            _idle.Clear();
            _sealer.Dispose();
            CryptographicOperations.ZeroMemory(_key);
        }
    }

    private AesGcm Rent()
    {
        lock (_idle)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _idle.TryPop(out AesGcm? opener) ? opener : new AesGcm(_key, 16);
        }
    }

    private void Return(AesGcm opener)
    {
        lock (_idle)
        {
            if (_disposed)
            {
                opener.Dispose();
            }
            else
            {
                _idle.Push(opener);
            }
        }
    }
}
