using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Nacre.Client.Transport;

/// <summary>A resource token taken apart: <c>docs/formats/auth.md</c>.</summary>
/// <param name="Claims">What requests carry: 96 characters of base64url.</param>
/// <param name="Secret">What they are signed with: 32 bytes.</param>
/// <param name="IssuedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends, by the server's clock.</param>
internal sealed record TokenText(string Claims, byte[] Secret, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
{
    private const int ClaimBytes = 72;
    private const int IssuedAtOffset = 48;
    private const int LifetimeOffset = 56;

    /// <summary>Takes a token apart; null for a text that is none. Whether it is good, the server says.</summary>
    public static TokenText? TryParse([NotNullWhen(true)] string? text)
    {
        if (text?.Split('.') is not [{ Length: ClaimBytes / 3 * 4 } claims, { Length: 43 } secret] ||
            !Base64Url.IsValid(claims) || !Base64Url.IsValid(secret))
        {
            return null;
        }

        byte[] bytes = Base64Url.DecodeFromChars(claims);
        long issuedMs = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(IssuedAtOffset));
        if (bytes.Length != ClaimBytes || bytes[0] != 1 || issuedMs < 0 || issuedMs > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() / 2)
        {
            return null;
        }

        DateTimeOffset issued = DateTimeOffset.FromUnixTimeMilliseconds(issuedMs);
        return new(claims, Base64Url.DecodeFromChars(secret), issued, issued.AddSeconds(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(LifetimeOffset))));
    }
}
