using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nacre.Core.Errors;
using Nacre.Core.Time;
using Nacre.Security.Authentication;
using Nacre.Security.Keys;

namespace Nacre.Security.Tokens;

/// <summary>
/// What lets one node join: <c>nacre-join-1.ID.SECRET.FINGERPRINT</c>, each part base64url. The fingerprint is the SHA-256 of
/// the certificate by which the joining node knows the cluster: nothing is sent to whoever cannot show it.
/// </summary>
/// <remarks>Disposal clears the secret; the text that it was read from is the caller's.</remarks>
public sealed class JoinToken : IDisposable
{
    /// <summary>Length of the secret.</summary>
    public const int SecretBytes = 32;

    /// <summary>Length of the id in its binary form.</summary>
    public const int IdBytes = 16;

    private const string Prefix = "nacre-join-1";

    private readonly SecretBytes _secret;

    private JoinToken(UInt128 id, SecretBytes secret, byte[] fingerprint) => (Id, _secret, Fingerprint) = (id, secret, fingerprint);

    /// <summary>Names the token; not secret.</summary>
    public UInt128 Id { get; }

    /// <summary>SHA-256 of the certificate that the cluster is known by.</summary>
    public ReadOnlyMemory<byte> Fingerprint { get; }

    /// <summary>The secret; not to be kept.</summary>
    public ReadOnlySpan<byte> Secret => _secret.Span;

    /// <summary>SHA-256 of the secret: all that the cluster keeps of it.</summary>
    public byte[] SecretHash => SHA256.HashData(_secret.Span);

    /// <summary>Draws a token.</summary>
    /// <param name="random">Chance; cryptographic in the product.</param>
    /// <param name="fingerprint">SHA-256 of the certificate that the joining node will see.</param>
    public static JoinToken Draw(IRandomSource random, byte[] fingerprint)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> id = stackalloc byte[IdBytes];
        random.Fill(id);

        // Zero means none.
        id[0] |= 1;
        return new JoinToken(BinaryPrimitives.ReadUInt128BigEndian(id), Keys.SecretBytes.Draw(random, SecretBytes), fingerprint);
    }

    /// <summary>SHA-256 of a certificate, as the last part of a token has it.</summary>
    public static byte[] FingerprintOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return SHA256.HashData(certificate.RawData);
    }

    /// <summary>Reads a token.</summary>
    /// <param name="text">As <see cref="Reveal"/> gives it; blanks around it do not count.</param>
    /// <returns>The token, the caller's to dispose of. Error: Malformed; the message does not repeat the text.</returns>
    public static Result<JoinToken> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Trim().Split('.');
        Span<byte> id = stackalloc byte[IdBytes];
        byte[] fingerprint = new byte[SHA256.HashSizeInBytes];
        var secret = new SecretBytes(SecretBytes);
        if (parts.Length == 4 && parts[0] == Prefix &&
            TryDecode(parts[1], id) && TryDecode(parts[2], secret.Span) && TryDecode(parts[3], fingerprint))
        {
            return new JoinToken(BinaryPrimitives.ReadUInt128BigEndian(id), secret, fingerprint);
        }

        secret.Dispose();
        return new NacreError(ErrorCode.Malformed, "The text is no join token, or not all of one. Copy the whole line that 'nacre node token' printed.");
    }

    /// <summary>The id as text, as the token has it.</summary>
    public static string TextOf(UInt128 id)
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads an id as <see cref="TextOf"/> gives it; null for anything else.</summary>
    public static UInt128? ReadId(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<byte> bytes = stackalloc byte[IdBytes];
        return TryDecode(text, bytes) ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : null;
    }

    /// <summary>The token as text. A secret.</summary>
    public string Reveal() => $"{Prefix}.{TextOf(Id)}.{Base64Url.EncodeToString(_secret.Span)}.{Base64Url.EncodeToString(Fingerprint.Span)}";

    /// <inheritdoc/>
    public void Dispose() => _secret.Dispose();

    /// <summary>Shows the id alone.</summary>
    public override string ToString() => $"join token {TextOf(Id)}";

    private static bool TryDecode(string text, Span<byte> bytes)
    {
        Span<byte> ascii = stackalloc byte[64];
        return text.Length <= ascii.Length &&
            System.Text.Encoding.ASCII.TryGetBytes(text, ascii, out int length) &&
            Base64UrlText.IsCanonical(ascii[..length], Base64Url.GetEncodedLength(bytes.Length)) &&
            Base64Url.TryDecodeFromUtf8(ascii[..length], bytes, out int written) && written == bytes.Length;
    }
}
