using System.Buffers.Text;
using System.Text;
using Nacre.Core;

namespace Nacre.Security.Authentication;

/// <summary>
/// What a request's signature covers: six lines of ASCII. No part can hold a line end, so no two requests share a text.
/// Layout in <c>docs/formats/auth.md</c>.
/// </summary>
internal static class CanonicalRequest
{
    /// <summary>Longest method name that is signed.</summary>
    public const int MaxMethodLength = 256;

    /// <summary>Longest text.</summary>
    public const int MaxLength =
        14 + MaxMethodLength + 1 + CredentialText.MaxAudienceLength + 1 + 15 + 1 + CredentialText.NonceLength + 1 + CredentialText.SignatureLength;

    /// <summary>Writes the text.</summary>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="method">Full gRPC method name, <c>/package.Service/Method</c>.</param>
    /// <param name="audience">Host and port that the client dialled.</param>
    /// <param name="time">Unix milliseconds in decimal.</param>
    /// <param name="nonce">22 characters of base64url.</param>
    /// <param name="bodyHash">32 bytes.</param>
    /// <returns>The part of <paramref name="destination"/> that was written.</returns>
    public static ReadOnlySpan<byte> Write(
        Span<byte> destination, ReadOnlySpan<char> method, ReadOnlySpan<byte> audience, ReadOnlySpan<byte> time,
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> bodyHash)
    {
        Invariant.Check(method.Length <= MaxMethodLength);
        Span<byte> rest = destination;
        Append(ref rest, "nacre-auth-v2\n"u8);
        Ascii.FromUtf16(method, rest, out int methodLength);
        Invariant.Check(methodLength == method.Length);
        rest = rest[methodLength..];
        Append(ref rest, "\n"u8);
        Append(ref rest, audience);
        Append(ref rest, "\n"u8);
        Append(ref rest, time);
        Append(ref rest, "\n"u8);
        Append(ref rest, nonce);
        Append(ref rest, "\n"u8);
        rest = rest[Base64Url.EncodeToUtf8(bodyHash, rest)..];
        return destination[..^rest.Length];
    }

    private static void Append(ref Span<byte> rest, ReadOnlySpan<byte> part)
    {
        part.CopyTo(rest);
        rest = rest[part.Length..];
    }
}
