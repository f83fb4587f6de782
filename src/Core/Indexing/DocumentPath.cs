using System.Collections.Immutable;
using System.Text;
using Nacre.Core.Errors;

namespace Nacre.Core.Indexing;

/// <summary>
/// A place in documents: steps into members of objects, and into the elements of arrays, whichever of them. Written
/// <c>/address/zip</c>, <c>/tags/[]</c>, <c>/"a/b"/c</c>.
/// </summary>
/// <remarks>
/// A name stands in double quotes where it would else say something other than itself: it holds a slash, begins with a
/// quote, begins or ends with white space, is empty or a wildcard. Inside quotes a backslash stands before a quote and
/// before itself. Immutable; equal when the steps are.
/// </remarks>
public sealed class DocumentPath : IEquatable<DocumentPath>
{
    /// <summary>Longest text of a path, in bytes of UTF-8.</summary>
    public const int MaxBytes = 1024;

    private readonly string _text;

    private DocumentPath(ImmutableArray<PathStep> steps)
    {
        Steps = steps;
        HasElements = steps.Any(step => step.IsElement);
        _text = string.Concat(steps.Select(step => "/" + step));
    }

    /// <summary>The whole document: no steps.</summary>
    public static DocumentPath Root { get; } = new([]);

    /// <summary>From the document's root inwards.</summary>
    public ImmutableArray<PathStep> Steps { get; }

    /// <summary>True when a step goes into an array: a document may have several values there.</summary>
    public bool HasElements { get; }

    /// <summary>Reads a path.</summary>
    /// <param name="text">As the type tells; <c>/</c> alone is the root.</param>
    /// <returns>Malformed names what is wrong.</returns>
    public static Result<DocumentPath> Parse(string text)
    {
        Result<(DocumentPath Path, char Wildcard)> parsed = PathParser.Parse(text);
        return !parsed.IsOk ? parsed.Error
            : parsed.Value.Wildcard == default ? parsed.Value.Path
            : new NacreError(ErrorCode.Malformed, $"The path {text} ends with a wildcard.");
    }

    /// <summary>Makes a path of steps.</summary>
    /// <returns>Malformed for a path that is too long.</returns>
    public static Result<DocumentPath> Of(params ReadOnlySpan<PathStep> steps)
    {
        var path = new DocumentPath([.. steps]);
        return Encoding.UTF8.GetByteCount(path._text) <= MaxBytes
            ? path
            : new NacreError(ErrorCode.Malformed, $"A path is longer than {MaxBytes} bytes.");
    }

    /// <inheritdoc/>
    public bool Equals(DocumentPath? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DocumentPath);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The one way that this path is written; empty for the root.</summary>
    public override string ToString() => _text;
}
