using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Core.Errors;

namespace Nacre.Security.Keys;

/// <summary>
/// Carries secrets between two nodes so that no buffer on the way holds them in clear, TLS or not: the asking side draws a key
/// pair for this one answer, the other side seals to it. Layout in <c>docs/formats/keyring.md</c>.
/// </summary>
/// <remarks>Not thread-safe. Disposal frees the private key; what was sealed to it opens never again.</remarks>
public sealed class KeyEnvelope : IDisposable
{
    private const byte FormatVersion = 1;
    private const int PrefixBytes = 3;
    private const int TagBytes = 16;
    private const int MaxPublicKeyBytes = 256;

    private readonly ECDiffieHellman _key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>What the other side seals to; SubjectPublicKeyInfo, DER.</summary>
    public byte[] PublicKey => _key.ExportSubjectPublicKeyInfo();

    // The sealing key serves for one answer only, so that its one nonce can be zero.
    private static ReadOnlySpan<byte> ZeroNonce => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Seals a secret to whoever drew <paramref name="publicKey"/>.</summary>
    /// <param name="publicKey">As <see cref="PublicKey"/> gave it there.</param>
    /// <param name="secret">The secret; the caller clears it.</param>
    /// <param name="context">What it is and whom it is for; opening must name the same.</param>
    /// <returns>The envelope. Error: <see cref="ErrorCode.Malformed"/> for what is no such key.</returns>
    public static Result<byte[]> Seal(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> context)
    {
        using var own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        byte[] ownPublic = own.ExportSubjectPublicKeyInfo();
        using SecretBytes? sealing = Agree(own, publicKey, publicKey, ownPublic, context);
        if (sealing is null)
        {
            return new NacreError(ErrorCode.Malformed, "The key to seal to is no key on P-256. Bring all nodes to one release.");
        }

        byte[] envelope = new byte[PrefixBytes + ownPublic.Length + secret.Length + TagBytes];
        envelope[0] = FormatVersion;
        BinaryPrimitives.WriteUInt16LittleEndian(envelope.AsSpan(1), (ushort)ownPublic.Length);
        ownPublic.CopyTo(envelope, PrefixBytes);
        int at = PrefixBytes + ownPublic.Length;
        using var cipher = new AesGcm(sealing.Span, TagBytes);
        cipher.Encrypt(ZeroNonce, secret, envelope.AsSpan(at, secret.Length), envelope.AsSpan(at + secret.Length), envelope.AsSpan(0, at));
        return envelope;
    }

    /// <summary>Opens what was sealed to this key.</summary>
    /// <param name="envelope">Any bytes.</param>
    /// <param name="context">As it was sealed.</param>
    /// <returns>The secret, the caller's to dispose of. Errors: <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.</returns>
    public Result<SecretBytes> Open(ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> context)
    {
        if (envelope.Length < PrefixBytes + TagBytes)
        {
            return Corrupt();
        }

        if (envelope[0] != FormatVersion)
        {
            return new NacreError(ErrorCode.Unsupported,
                $"The other node seals keys in format version {envelope[0]}; this program reads version {FormatVersion}. Bring all nodes to one release.");
        }

        int at = PrefixBytes + BinaryPrimitives.ReadUInt16LittleEndian(envelope[1..]);
        if (envelope.Length < at + TagBytes)
        {
            return Corrupt();
        }

        ReadOnlySpan<byte> theirs = envelope[PrefixBytes..at];
        using SecretBytes? sealing = Agree(_key, theirs, PublicKey, theirs, context);
        if (sealing is null)
        {
            return Corrupt();
        }

        var secret = new SecretBytes(envelope.Length - at - TagBytes);
        try
        {
            using var cipher = new AesGcm(sealing.Span, TagBytes);
            cipher.Decrypt(ZeroNonce, envelope[at..^TagBytes], envelope[^TagBytes..], secret.Span, envelope[..at]);
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            secret.Dispose();
            return Corrupt();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>The sealing key: the agreement, bound to both public keys and to the context. Null for what is no key on the curve.</summary>
    private static SecretBytes? Agree(
        ECDiffieHellman own, ReadOnlySpan<byte> other, ReadOnlySpan<byte> asking, ReadOnlySpan<byte> answering, ReadOnlySpan<byte> context)
    {
        if (other.Length > MaxPublicKeyBytes)
        {
            return null;
        }

        using var theirs = ECDiffieHellman.Create();
        byte[] agreed;
        try
        {
            theirs.ImportSubjectPublicKeyInfo(other, out int read);
            if (read != other.Length || theirs.KeySize != own.KeySize)
            {
                return null;
            }

            using ECDiffieHellmanPublicKey theirPublic = theirs.PublicKey;
            agreed = own.DeriveRawSecretAgreement(theirPublic);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or NotSupportedException)
        {
            return null;
        }

        byte[] salt = SHA256.HashData([.. asking, .. answering]);
        var key = new SecretBytes(KeyWrap.KeyBytes);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, agreed, key.Span, salt, [.. "nacre key envelope v1"u8, .. context]);
        CryptographicOperations.ZeroMemory(agreed);
        return key;
    }

    private static NacreError Corrupt() => new(ErrorCode.Corrupt, "The keys that another node sent do not open: they were changed, or sealed to somebody else.");
}
