using System.Text;
using Nacre.Core.Documents;
using Nacre.Core.Errors;

namespace Nacre.Core.Control;

/// <summary>What databases and containers may be called. Names are compared ordinally.</summary>
public static class ResourceNames
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Checks a name.</summary>
    /// <param name="name">Any text.</param>
    /// <returns>
    /// Null when it is 1 to <see cref="DocumentLimits.MaxNameBytes"/> bytes of UTF-8 without <c>/ \ ? #</c>, control
    /// characters, and spaces at its ends; else Malformed or TooLarge.
    /// </returns>
    public static NacreError? Check(string name)
    {
        if (name.Length == 0)
        {
            return new NacreError(ErrorCode.Malformed, "A name is empty.");
        }

        foreach (char character in name)
        {
            if (character is '/' or '\\' or '?' or '#' || char.IsControl(character))
            {
                return new NacreError(ErrorCode.Malformed, "A name holds none of / \\ ? # and no control characters.");
            }
        }

        if (name[0] == ' ' || name[^1] == ' ')
        {
            return new NacreError(ErrorCode.Malformed, "A name neither begins nor ends with a space.");
        }

        int bytes;
        try
        {
            bytes = Strict.GetByteCount(name);
        }
        catch (EncoderFallbackException)
        {
            return new NacreError(ErrorCode.Malformed, "A name is no valid Unicode text.");
        }

        return bytes <= DocumentLimits.MaxNameBytes
            ? null
            : new NacreError(ErrorCode.TooLarge, $"A name of {bytes} bytes is longer than {DocumentLimits.MaxNameBytes}.");
    }
}
