using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Core;

namespace Nacre.Security.Authentication;

/// <summary>
/// The MACs of one direction of a stream: each covers the one before, a sequence number and the batch, so that no batch
/// can be dropped, repeated, reordered or sent back.
/// </summary>
/// <param name="key">32 bytes; copied.</param>
/// <remarks>Not thread-safe.</remarks>
// Invariants:
// - _chain holds the MAC before the next and the next's sequence number; both begin as zeros.
internal sealed class RunningMac(ReadOnlySpan<byte> key) : IDisposable
{
    private readonly IncrementalHash _state = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
    private readonly byte[] _chain = new byte[HmacKey.MacBytes + sizeof(ulong)];
    private ulong _sequence;

    /// <summary>Computes the next batch's MAC.</summary>
    /// <param name="payload">The batch.</param>
    /// <param name="mac">32 bytes, filled.</param>
    public void Next(ReadOnlySpan<byte> payload, Span<byte> mac)
    {
        _state.AppendData(_chain);
        _state.AppendData(payload);
        int written = _state.GetHashAndReset(mac);
        Invariant.Check(written == HmacKey.MacBytes);
        mac[..written].CopyTo(_chain);
        _sequence++;
        BinaryPrimitives.WriteUInt64LittleEndian(_chain.AsSpan(HmacKey.MacBytes), _sequence);
    }

    /// <inheritdoc/>
    public void Dispose() => _state.Dispose();
}
