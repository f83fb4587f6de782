using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Security.Authorisation;

namespace Nacre.Security.Authentication;

/// <summary>
/// An authenticated stream: opened by one signed message, and from then on every batch in either direction carries a
/// running MAC under keys of this stream alone.
/// </summary>
/// <remarks>One reader and one writer may use it at the same time.</remarks>
public sealed class StreamSession : IDisposable
{
    /// <summary>Length of either side's nonce.</summary>
    public const int NonceBytes = 16;

    private readonly RunningMac _incoming;
    private readonly RunningMac _outgoing;
    private readonly byte[] _proof;
    private bool _broken;

    private StreamSession(Principal principal, RunningMac incoming, RunningMac outgoing, byte[] proof)
    {
        Principal = principal;
        _incoming = incoming;
        _outgoing = outgoing;
        _proof = proof;
    }

    /// <summary>Who opened the stream.</summary>
    public Principal Principal { get; }

    /// <summary>32 bytes by which the server shows in its first message that it holds the key too.</summary>
    public ReadOnlyMemory<byte> Proof => _proof;

    /// <summary>Writes the MAC of the next batch to send.</summary>
    /// <param name="payload">The batch's bytes as they are sent.</param>
    /// <param name="mac">32 bytes, filled.</param>
    /// <remarks>The writer's thread.</remarks>
    public void Sign(ReadOnlySpan<byte> payload, Span<byte> mac) => _outgoing.Next(payload, mac);

    /// <summary>Verifies the next batch received, and that the caller's key or token is still in force.</summary>
    /// <param name="payload">The batch's bytes as they came.</param>
    /// <param name="mac">The MAC that came with it.</param>
    /// <returns>Error: <see cref="ErrorCode.Unauthenticated"/> or <see cref="ErrorCode.TokenExpired"/>, for this batch and all after it.</returns>
    /// <remarks>The reader's thread.</remarks>
    public Result<Unit> Verify(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> mac)
    {
        if (Principal.CheckInForce() is { } ended)
        {
            return ended;
        }

        Span<byte> expected = stackalloc byte[HmacKey.MacBytes];
        _incoming.Next(payload, expected);
        if (_broken || !CryptographicOperations.FixedTimeEquals(expected, mac))
        {
            _broken = true;
            return AuthenticationErrors.StreamMac;
        }

        return Unit.Value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _incoming.Dispose();
        _outgoing.Dispose();
    }

    /// <summary>Derives a stream's keys from an account key or a token's secret; null when that was withdrawn meanwhile.</summary>
    internal static StreamSession? TryDerive(
        HmacKey key, Principal principal, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce, StreamSide side)
    {
        Invariant.Check(clientNonce.Length == NonceBytes);
        Invariant.Check(serverNonce.Length == NonceBytes);
        ReadOnlySpan<byte> label = "nacre stream v2"u8;
        Span<byte> message = stackalloc byte[label.Length + (2 * NonceBytes)];
        Span<byte> sessionKey = stackalloc byte[HmacKey.MacBytes];
        label.CopyTo(message);
        clientNonce.CopyTo(message[label.Length..]);
        serverNonce.CopyTo(message[(label.Length + NonceBytes)..]);
        if (!key.TryCompute(message, sessionKey))
        {
            return null;
        }

        RunningMac toServer = Direction(sessionKey, "client to server"u8);
        RunningMac toClient = Direction(sessionKey, "server to client"u8);
        byte[] proof = HMACSHA256.HashData(sessionKey, "server proof"u8);
        CryptographicOperations.ZeroMemory(sessionKey);
        return side == StreamSide.Server
            ? new StreamSession(principal, incoming: toServer, outgoing: toClient, proof)
            : new StreamSession(principal, incoming: toClient, outgoing: toServer, proof);
    }

    private static RunningMac Direction(ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> label)
    {
        Span<byte> key = stackalloc byte[HmacKey.MacBytes];
        HMACSHA256.HashData(sessionKey, label, key);
        var mac = new RunningMac(key);
        CryptographicOperations.ZeroMemory(key);
        return mac;
    }
}
