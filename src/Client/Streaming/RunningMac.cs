using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Client.Transport;

namespace Nacre.Client.Streaming;

/// <summary>
/// The MACs of one direction of a stream: each covers the one before, its number and the batch, so that no batch can be
/// dropped, repeated, reordered or sent back. <c>docs/formats/auth.md</c>.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class RunningMac(ReadOnlySpan<byte> key) : IDisposable
{
    // Invariants: _chain holds the MAC before the next and the next's number; both begin as zeros.
    private readonly IncrementalHash _state = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
    private readonly byte[] _chain = new byte[HmacKey.MacBytes + sizeof(ulong)];
    private ulong _number;

    /// <summary>Computes the next batch's MAC.</summary>
    /// <param name="payload">The batch as it travels.</param>
    /// <param name="mac">32 bytes, filled.</param>
    public void Next(ReadOnlySpan<byte> payload, Span<byte> mac)
    {
        _state.AppendData(_chain);
        _state.AppendData(payload);
        _state.GetHashAndReset(mac);
        mac[..HmacKey.MacBytes].CopyTo(_chain);
        _number++;
        BinaryPrimitives.WriteUInt64LittleEndian(_chain.AsSpan(HmacKey.MacBytes), _number);
    }

    /// <summary>Computes the next batch's MAC and compares it, in constant time.</summary>
    public bool Verify(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> mac)
    {
        Span<byte> expected = stackalloc byte[HmacKey.MacBytes];
        Next(payload, expected);
        return CryptographicOperations.FixedTimeEquals(expected, mac);
    }

    public void Dispose() => _state.Dispose();
}
