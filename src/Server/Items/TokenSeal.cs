using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Nacre.Core.Ids;
using Nacre.Core.Keys;

namespace Nacre.Server.Items;

/// <summary>Signs what the server hands out to get it back unchanged. Layout in <c>docs/formats/continuation.md</c>.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class TokenSeal
{
    private const int KeyIdBytes = sizeof(uint);
    private const int MacBytes = 16;
    private const int MaxTextLength = 16 * 1024;

    private readonly IDataKeys _keys;
    private readonly byte[] _use;
    private readonly ConcurrentDictionary<DataKeyId, byte[]> _signingKeys = new();

    private TokenSeal(IDataKeys keys, ReadOnlySpan<byte> use) => (_keys, _use) = (keys, use.ToArray());

    /// <summary>Signs where lists go on.</summary>
    /// <param name="keys">The signing key is derived from the shared domain's data key, so that tokens outlive restarts.</param>
    public static TokenSeal ForContinuations(IDataKeys keys) => new(keys, "nacre continuation v1"u8);

    /// <summary>Signs what sessions have seen.</summary>
    /// <param name="keys">As for continuations.</param>
    public static TokenSeal ForSessions(IDataKeys keys) => new(keys, "nacre session v1"u8);

    /// <summary>Signs.</summary>
    /// <returns>Text of the base64url alphabet, safe in headers and URLs.</returns>
    public string Seal(ReadOnlySpan<byte> content)
    {
        DataKeyId id = _keys.Current(KeyDomainId.Shared);
        byte[] signed = new byte[KeyIdBytes + content.Length + MacBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(signed, id.Value);
        content.CopyTo(signed.AsSpan(KeyIdBytes));
        bool known = TryMac(id, signed.AsSpan(0, KeyIdBytes + content.Length), signed.AsSpan(KeyIdBytes + content.Length));
        Core.Invariant.Check(known);
        return Base64Url.EncodeToString(signed);
    }

    /// <summary>Checks a signature.</summary>
    /// <param name="text">Anything.</param>
    /// <param name="content">What was signed.</param>
    /// <returns>False when it is not ours, was changed, or its key is destroyed.</returns>
    public bool TryOpen(string text, out ReadOnlyMemory<byte> content)
    {
        content = default;
        if (text.Length > MaxTextLength || !Base64Url.IsValid(text))
        {
            return false;
        }

        byte[] signed = Base64Url.DecodeFromChars(text);
        if (signed.Length < KeyIdBytes + MacBytes)
        {
            return false;
        }

        var id = new DataKeyId(BinaryPrimitives.ReadUInt32LittleEndian(signed));
        Span<byte> mac = stackalloc byte[MacBytes];
        if (!TryMac(id, signed.AsSpan(0, signed.Length - MacBytes), mac) ||
            !CryptographicOperations.FixedTimeEquals(mac, signed.AsSpan(signed.Length - MacBytes)))
        {
            return false;
        }

        content = signed.AsMemory(KeyIdBytes, signed.Length - KeyIdBytes - MacBytes);
        return true;
    }

    private bool TryMac(DataKeyId id, ReadOnlySpan<byte> content, Span<byte> destination)
    {
        if (!_signingKeys.TryGetValue(id, out byte[]? key))
        {
            key = new byte[HMACSHA256.HashSizeInBytes];
            if (!_keys.TryDerive(id, _use, key))
            {
                return false;
            }

            // Only keys of the ring get here: nobody can grow the table by inventing ids.
            _signingKeys.TryAdd(id, key);
        }

        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, content, mac);
        mac[..MacBytes].CopyTo(destination);
        return true;
    }
}
