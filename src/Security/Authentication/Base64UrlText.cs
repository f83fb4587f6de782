using System.Buffers;

namespace Nacre.Security.Authentication;

/// <summary>Base64url without padding, in its one canonical form.</summary>
internal static class Base64UrlText
{
    private static ReadOnlySpan<byte> Digits => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8;

    /// <summary>The 64 characters.</summary>
    public static SearchValues<byte> Alphabet { get; } = SearchValues.Create(Digits);

    // The last character of 16 and of 32 bytes carries bits that belong to no byte. They must be zero: otherwise
    // several texts would stand for the same bytes.
    private static readonly SearchValues<byte> LastOf16Bytes = SearchValues.Create("AQgw"u8);
    private static readonly SearchValues<byte> LastOf32Bytes = SearchValues.Create("AEIMQUYcgkosw048"u8);

    /// <summary>True for the one text that stands for some 16 bytes (22 characters) or 32 bytes (43 characters).</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> text, int length) =>
        text.Length == length
        && !text.ContainsAnyExcept(Alphabet)
        && (length == CredentialText.NonceLength ? LastOf16Bytes : LastOf32Bytes).Contains(text[^1]);
}
