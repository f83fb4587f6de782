using System.Security.Cryptography;
using Nacre.Client.Transport;

namespace Nacre.Client.Streaming;

/// <summary>The keys of one stream, from the account key or token's secret and both nonces. <c>docs/formats/auth.md</c>.</summary>
internal sealed class StreamKeys : IDisposable
{
    /// <summary>Length of either side's nonce.</summary>
    public const int NonceBytes = 16;

    /// <summary>Derives the keys.</summary>
    /// <param name="accountKey">The key that signed the stream's first message.</param>
    /// <param name="clientNonce">16 bytes, as sent.</param>
    /// <param name="serverNonce">16 bytes, as received.</param>
    public StreamKeys(HmacKey accountKey, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce)
    {
        Span<byte> nonces = stackalloc byte[15 + (2 * NonceBytes)];
        "nacre stream v2"u8.CopyTo(nonces);
        clientNonce.CopyTo(nonces[15..]);
        serverNonce.CopyTo(nonces[(15 + NonceBytes)..]);
        Span<byte> session = stackalloc byte[HmacKey.MacBytes];
        Span<byte> direction = stackalloc byte[HmacKey.MacBytes];
        accountKey.Compute(nonces, [], session);
        Proof = HMACSHA256.HashData(session, "server proof"u8);
        HMACSHA256.HashData(session, "client to server"u8, direction);
        Up = new RunningMac(direction);
        HMACSHA256.HashData(session, "server to client"u8, direction);
        Down = new RunningMac(direction);
        CryptographicOperations.ZeroMemory(session);
        CryptographicOperations.ZeroMemory(direction);
    }

    /// <summary>What the server must show: only a holder of the account key can make it.</summary>
    public byte[] Proof { get; }

    /// <summary>MACs of what the client sends.</summary>
    public RunningMac Up { get; }

    /// <summary>MACs of what the server sends.</summary>
    public RunningMac Down { get; }

    public void Dispose()
    {
        Up.Dispose();
        Down.Dispose();
    }
}
