using System.Buffers.Text;

namespace Nacre.Client.Transport;

/// <summary>What a client proves itself by: an account key, or a resource token. The same at every node.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Credential
{
    private const int KeyIdBytes = 12;

    /// <summary>Takes an account key.</summary>
    public Credential(byte[] accountKey)
    {
        Key = new HmacKey(accountKey);
        Span<byte> mac = stackalloc byte[HmacKey.MacBytes];
        Key.Compute("nacre key id v2"u8, [], mac);
        Name = $"key={Base64Url.EncodeToString(mac[..KeyIdBytes])}";
    }

    /// <summary>Takes a resource token.</summary>
    public Credential(TokenText token)
    {
        Key = new HmacKey(token.Secret);
        Name = $"tok={token.Claims}";
    }

    /// <summary>Signs, and gives the keys of streams.</summary>
    public HmacKey Key { get; }

    /// <summary>The part of a signature that names the key or carries the token's claims.</summary>
    public string Name { get; }
}
