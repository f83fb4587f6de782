using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Time;

namespace Nacre.Security.Keys;

/// <summary>
/// Seals small secrets (account keys, the certificate authority's key) under the data keys of a domain. Layout in
/// <c>docs/formats/sealed-secret.md</c>.
/// </summary>
/// <param name="keys">The key ring.</param>
/// <param name="domain">Whose current data key seals; the shared domain for what belongs to the whole cluster.</param>
/// <param name="random">Draws salts; cryptographic in the product.</param>
/// <remarks>Thread-safe.</remarks>
public sealed class SecretSealer(IDataKeys keys, KeyDomainId domain, IRandomSource random)
{
    /// <summary>Bytes that sealing adds.</summary>
    public const int OverheadBytes = HeaderBytes + TagBytes;

    private const byte FormatVersion = 1;
    private const int SaltBytes = 32;
    private const int HeaderBytes = 8 + SaltBytes;
    private const int TagBytes = DataKeyCiphers.TagBytes;

    // The sealing key serves for one secret only, so that its one nonce can be zero.
    private static ReadOnlySpan<byte> ZeroNonce => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Which data key a sealed secret needs, so that the key outlives it.</summary>
    /// <returns>Errors: <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    public static Result<DataKeyId> KeyOf(ReadOnlySpan<byte> sealedSecret)
    {
        if (sealedSecret.Length < OverheadBytes)
        {
            return new NacreError(ErrorCode.Corrupt, "A sealed secret is shorter than its header.");
        }

        return sealedSecret[0] == FormatVersion
            ? new DataKeyId(BinaryPrimitives.ReadUInt32LittleEndian(sealedSecret[4..]))
            : new NacreError(ErrorCode.Unsupported, $"A sealed secret has format version {sealedSecret[0]}; this program reads version {FormatVersion}.");
    }

    /// <summary>True when a secret was sealed under an older data key, and should be sealed anew.</summary>
    public bool IsStale(ReadOnlySpan<byte> sealedSecret) => KeyOf(sealedSecret) is { IsOk: true } key && key.Value != keys.Current(domain);

    /// <summary>Seals a secret.</summary>
    /// <param name="purpose">What it is; opening must name the same. ASCII, at most 64 characters.</param>
    /// <param name="secret">The bytes.</param>
    public byte[] Seal(string purpose, ReadOnlySpan<byte> secret)
    {
        byte[] sealedSecret = new byte[OverheadBytes + secret.Length];
        Span<byte> header = sealedSecret.AsSpan(0, HeaderBytes);
        DataKeyId key = keys.Current(domain);
        header[0] = FormatVersion;
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], key.Value);
        random.Fill(header[8..]);
        AesGcm? cipher = Cipher(key, purpose, header[8..]);
        Invariant.Check(cipher is not null);
        using (cipher)
        {
            cipher.Encrypt(ZeroNonce, secret, sealedSecret.AsSpan(HeaderBytes, secret.Length), sealedSecret.AsSpan(HeaderBytes + secret.Length), header);
        }

        return sealedSecret;
    }

    /// <summary>Opens a secret.</summary>
    /// <param name="purpose">As it was sealed.</param>
    /// <param name="sealedSecret">The sealed bytes.</param>
    /// <returns>The secret; the caller disposes it. Errors: <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    public Result<SecretBytes> Open(string purpose, ReadOnlySpan<byte> sealedSecret)
    {
        Result<DataKeyId> key = KeyOf(sealedSecret);
        if (!key.IsOk)
        {
            return key.Error;
        }

        ReadOnlySpan<byte> header = sealedSecret[..HeaderBytes];
        using AesGcm? cipher = Cipher(key.Value, purpose, header[8..]);
        if (cipher is null)
        {
            return new NacreError(ErrorCode.Corrupt, $"The sealed secret '{purpose}' names data key {key.Value}, which the key ring does not have.");
        }

        var secret = new SecretBytes(sealedSecret.Length - OverheadBytes);
        try
        {
            cipher.Decrypt(ZeroNonce, sealedSecret[HeaderBytes..^TagBytes], sealedSecret[^TagBytes..], secret.Span, header);
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            secret.Dispose();
            return new NacreError(ErrorCode.Corrupt, $"The sealed secret '{purpose}' was changed after it was sealed.");
        }
    }

    /// <summary>Opens a secret, reads something out of it, and wipes it.</summary>
    /// <param name="purpose">As it was sealed.</param>
    /// <param name="sealedSecret">The sealed bytes.</param>
    /// <param name="decode">Reads it; must not keep the bytes.</param>
    /// <returns>What <paramref name="decode"/> gave. Errors: <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    internal Result<T> Open<T>(string purpose, ReadOnlySpan<byte> sealedSecret, Func<ReadOnlySpan<byte>, Result<T>> decode)
    {
        Result<SecretBytes> opened = Open(purpose, sealedSecret);
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        using SecretBytes secret = opened.Value;
        return decode(secret.Span);
    }

    private AesGcm? Cipher(DataKeyId key, string purpose, ReadOnlySpan<byte> salt)
    {
        ReadOnlySpan<byte> label = "nacre secret v1:"u8;
        Span<byte> context = stackalloc byte[label.Length + SaltBytes + 64];
        Invariant.Check(purpose.Length <= 64);
        Invariant.Check(Ascii.IsValid(purpose));
        label.CopyTo(context);
        salt.CopyTo(context[label.Length..]);
        int length = label.Length + SaltBytes + Encoding.ASCII.GetBytes(purpose, context[(label.Length + SaltBytes)..]);
        return keys.TryMakeCipher(key, context[..length]);
    }
}
