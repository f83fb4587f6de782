using System.Globalization;
using Nacre.Core.Ids;

namespace Nacre.Core.Documents;

/// <summary>
/// Names one version of one item: the range tells apart containers made again under the same name, the log sequence
/// number tells apart versions. Text form: range and number in hexadecimal with a hyphen between, no quotes.
/// </summary>
/// <param name="Range">The range.</param>
/// <param name="Lsn">The write that made the version.</param>
public readonly record struct ETag(RangeId Range, Lsn Lsn)
{
    /// <summary>Reads the text form; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ETag tag)
    {
        tag = default;
        int hyphen = text.IndexOf('-');
        if (hyphen <= 0 ||
            !ulong.TryParse(
                text[..hyphen], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong range) ||
            !ulong.TryParse(
                text[(hyphen + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong lsn))
        {
            return false;
        }

        tag = new ETag(new RangeId(range), new Lsn(lsn));
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Range.Value:x}-{Lsn.Value:x}");
}
