using Nacre.Core.Errors;

namespace Nacre.Security.Keys;

/// <summary>What a passphrase must be to seal a root key. Asked when one is chosen, never when a file is opened.</summary>
/// <remarks>
/// Argon2id makes each guess cost tenths of a second; it cannot help where few guesses are enough. Length is what counts
/// (NIST SP 800-63B-4, 3.1.1.2), so there is no rule about kinds of characters.
/// </remarks>
internal static class PassphraseRules
{
    /// <summary>Fewest characters.</summary>
    public const int MinCharacters = 12;

    /// <summary>Fewest different bytes: <c>aaaaaaaaaaaa</c> is none.</summary>
    public const int MinDistinct = 6;

    /// <summary>Holds a passphrase to the rules.</summary>
    /// <param name="phrase">UTF-8.</param>
    /// <returns>Error: <see cref="ErrorCode.RootKeyUnavailable"/>.</returns>
    public static Result<Unit> Check(ReadOnlySpan<byte> phrase)
    {
        int characters = 0;
        UInt128 low = 0;
        UInt128 high = 0;
        foreach (byte b in phrase)
        {
            // Each character has one byte that is no continuation.
            characters += (b & 0xC0) == 0x80 ? 0 : 1;
            if (b < 128)
            {
                low |= UInt128.One << b;
            }
            else
            {
                high |= UInt128.One << (b - 128);
            }
        }

        return characters >= MinCharacters && (int)(UInt128.PopCount(low) + UInt128.PopCount(high)) >= MinDistinct
            ? Unit.Value
            : new NacreError(
                ErrorCode.RootKeyUnavailable,
                $"The passphrase is too weak: it needs at least {MinCharacters} characters, {MinDistinct} of them different. Four or more words that do not belong together are a good one.");
    }
}
