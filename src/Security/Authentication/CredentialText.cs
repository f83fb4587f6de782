using Nacre.Core.Errors;
using Nacre.Security.Tokens;

namespace Nacre.Security.Authentication;

/// <summary>
/// A <c>nacre-auth</c> header taken apart: fixed parts in a fixed order, each in the one form that it may have, so that no
/// two texts mean the same. Grammar in <c>docs/formats/auth.md</c>.
/// </summary>
internal ref struct CredentialText
{
    /// <summary>Longest header that is looked at.</summary>
    public const int MaxLength = 512;

    /// <summary>Longest audience: a host name of 253 characters and a port.</summary>
    public const int MaxAudienceLength = 260;

    /// <summary>128 bits in base64url.</summary>
    public const int NonceLength = 22;

    /// <summary>256 bits in base64url.</summary>
    public const int SignatureLength = 43;

    private const int MinTimeLength = 13;
    private const int MaxTimeLength = 15;

    /// <summary>Names the account key; the default when <see cref="Token"/> is there in its place.</summary>
    public CredentialKeyId Key { get; private set; }

    /// <summary>The resource token's 96 characters; empty when the request is signed with an account key.</summary>
    public ReadOnlySpan<byte> Token { get; private set; }

    /// <summary>Host and port that the client dialled.</summary>
    public ReadOnlySpan<byte> Audience { get; private set; }

    /// <summary>Unix milliseconds as written.</summary>
    public ReadOnlySpan<byte> Time { get; private set; }

    /// <summary><see cref="Time"/> as a number.</summary>
    public long TimeMs { get; private set; }

    /// <summary>22 characters.</summary>
    public ReadOnlySpan<byte> Nonce { get; private set; }

    /// <summary>43 characters.</summary>
    public ReadOnlySpan<byte> Signature { get; private set; }

    /// <summary>Takes a header apart.</summary>
    /// <param name="text">ASCII; borrowed as long as the result is used.</param>
    /// <param name="credential">The parts, when there is no refusal.</param>
    /// <returns>The refusal's code, or <see cref="ErrorCode.None"/>.</returns>
    public static ErrorCode Parse(ReadOnlySpan<byte> text, out CredentialText credential)
    {
        credential = default;
        if (!text.StartsWith("v2;"u8))
        {
            return IsOtherVersion(text) ? ErrorCode.Unsupported : ErrorCode.CredentialMalformed;
        }

        ReadOnlySpan<byte> rest = text[3..];
        bool parsed =
            (TakePart(ref rest, "key="u8, out ReadOnlySpan<byte> key) ? credential.TryTakeKey(key)
                : TakePart(ref rest, "tok="u8, out ReadOnlySpan<byte> token) && credential.TryTakeToken(token))
            && TakePart(ref rest, "aud="u8, out ReadOnlySpan<byte> audience)
            && TakePart(ref rest, "t="u8, out ReadOnlySpan<byte> time)
            && TakePart(ref rest, "n="u8, out ReadOnlySpan<byte> nonce)
            && TakeLast(rest, "sig="u8, out ReadOnlySpan<byte> signature)
            && Fill(ref credential, audience, time, nonce, signature);
        return parsed ? ErrorCode.None : ErrorCode.CredentialMalformed;
    }

    private static bool IsOtherVersion(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)';');
        return end > 1 && text[0] == (byte)'v' && text[1] != (byte)'0'
            && !text[1..end].ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static bool TakePart(scoped ref ReadOnlySpan<byte> rest, scoped ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        int end = rest.IndexOf((byte)';');
        if (end < 0 || !rest.StartsWith(name))
        {
            return false;
        }

        value = rest[name.Length..end];
        rest = rest[(end + 1)..];
        return true;
    }

    private static bool TakeLast(ReadOnlySpan<byte> rest, scoped ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        bool named = rest.StartsWith(name);
        value = named ? rest[name.Length..] : default;
        return named;
    }

    private bool TryTakeKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != CredentialKeyId.Length || key.ContainsAnyExcept(Base64UrlText.Alphabet))
        {
            return false;
        }

        Key = CredentialKeyId.Read(key);
        return true;
    }

    private bool TryTakeToken(ReadOnlySpan<byte> token)
    {
        // Whole groups of three bytes: every text of this alphabet and length is the one form of its bytes.
        Token = token;
        return token.Length == ResourceToken.TextLength && !token.ContainsAnyExcept(Base64UrlText.Alphabet);
    }

    private static bool Fill(
        ref CredentialText credential, ReadOnlySpan<byte> audience, ReadOnlySpan<byte> time, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> signature)
    {
        if (!Base64UrlText.IsCanonical(nonce, NonceLength)
            || !Base64UrlText.IsCanonical(signature, SignatureLength)
            || !TryReadTime(time, out long timeMs)
            || !AudienceNames.IsWellFormed(audience))
        {
            return false;
        }

        credential.Audience = audience;
        credential.Time = time;
        credential.TimeMs = timeMs;
        credential.Nonce = nonce;
        credential.Signature = signature;
        return true;
    }

    /// <summary>13 to 15 digits without a leading zero: the years 2001 to 33658.</summary>
    private static bool TryReadTime(ReadOnlySpan<byte> text, out long timeMs)
    {
        timeMs = 0;
        if (text.Length is < MinTimeLength or > MaxTimeLength || text[0] == (byte)'0')
        {
            return false;
        }

        foreach (byte digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            timeMs = (timeMs * 10) + (digit - '0');
        }

        return true;
    }
}
