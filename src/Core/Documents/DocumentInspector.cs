using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Nacre.Core.Errors;

namespace Nacre.Core.Documents;

/// <summary>
/// The one pass over a document at the wire: well-formed UTF-8, a JSON object without repeated members, within the
/// limits, its id and its partition key.
/// </summary>
/// <remarks>
/// Thread-safe. Allocates the id and the strings of the partition key, nothing else for a good document.
/// </remarks>
public static class DocumentInspector
{
    private static readonly SearchValues<char> RefusedInIds = SearchValues.Create(RefusedCharacters());

    /// <summary>Inspects a document.</summary>
    /// <param name="utf8">The whole document; white space around it is kept as it is.</param>
    /// <param name="definition">The container's.</param>
    /// <returns>What it found; Malformed, or TooLarge for a document, nesting, id or key past its limit.</returns>
    public static Result<InspectedDocument> Inspect(ReadOnlySpan<byte> utf8, PartitionKeyDefinition definition)
    {
        if (utf8.Length > DocumentLimits.MaxDocumentBytes)
        {
            return new NacreError(ErrorCode.TooLarge,
                $"The document has {utf8.Length} bytes; {DocumentLimits.MaxDocumentBytes} are allowed.");
        }

        if (!Utf8.IsValid(utf8))
        {
            return new NacreError(ErrorCode.Malformed, "The document is not well-formed UTF-8.");
        }

        MemberNames names = MemberNames.Take();
        try
        {
            var pass = new DocumentPass(utf8, definition, names);
            return pass.Run();
        }
        catch (JsonException fault)
        {
            // The exception's own message quotes the document.
            return new NacreError(ErrorCode.Malformed,
                $"The document is not valid JSON at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}.");
        }
        catch (InvalidOperationException)
        {
            // What the reader throws for an escaped half of a surrogate pair in a string that it is asked for.
            return new NacreError(ErrorCode.Malformed,
                "A member name, the id or the partition key holds an escaped half of a surrogate pair.");
        }
        finally
        {
            names.GiveBack();
        }
    }

    /// <summary>Checks an id that did not come in a document.</summary>
    /// <returns>Null when it is good; else Malformed or TooLarge.</returns>
    public static NacreError? CheckId(string id)
    {
        if (id.Length == 0)
        {
            return new NacreError(ErrorCode.Malformed, "The id is empty.");
        }

        if (id.AsSpan().IndexOfAny(RefusedInIds) >= 0)
        {
            return new NacreError(ErrorCode.Malformed, "The id holds a control character or one of / \\ ? #.");
        }

        int bytes = Encoding.UTF8.GetByteCount(id);
        return bytes > DocumentLimits.MaxIdBytes
            ? new NacreError(ErrorCode.TooLarge, $"The id has {bytes} bytes; {DocumentLimits.MaxIdBytes} are allowed.")
            : null;
    }

    private static string RefusedCharacters()
    {
        var characters = new StringBuilder("/\\?#");
        for (char c = '\0'; c < '\u00A0'; c++)
        {
            if (char.IsControl(c))
            {
                characters.Append(c);
            }
        }

        return characters.ToString();
    }
}
