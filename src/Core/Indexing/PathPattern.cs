using Nacre.Core.Errors;

namespace Nacre.Core.Indexing;

/// <summary>
/// Paths that a policy names together: <c>/a/?</c> is the value at a path, <c>/a/*</c> that and all below it.
/// </summary>
/// <param name="Path">Where.</param>
/// <param name="IsSubtree">True for <c>*</c>.</param>
public sealed record PathPattern(DocumentPath Path, bool IsSubtree)
{
    /// <summary>Everything: <c>/*</c>.</summary>
    public static PathPattern Everything { get; } = new(DocumentPath.Root, IsSubtree: true);

    /// <summary>Reads a pattern.</summary>
    /// <returns>Malformed names what is wrong.</returns>
    public static Result<PathPattern> Parse(string text)
    {
        Result<(DocumentPath Path, char Wildcard)> parsed = PathParser.Parse(text);
        if (!parsed.IsOk)
        {
            return parsed.Error;
        }

        (DocumentPath path, char wildcard) = parsed.Value;
        return wildcard == default || (wildcard == '?' && path.Steps.IsEmpty)
            ? new NacreError(ErrorCode.Malformed, $"The path {text} does not end with a name and '/?', or with '/*'.")
            : new PathPattern(path, wildcard == '*');
    }

    /// <summary>The one way that this pattern is written.</summary>
    public override string ToString() => $"{Path}/{(IsSubtree ? '*' : '?')}";
}
