using Nacre.Core.Errors;

namespace Nacre.Query.Syntax;

/// <summary>Carries a refusal out of the recursion; it never leaves this project.</summary>
internal sealed class QueryRefusedException(NacreError error) : Exception(error.Message)
{
    /// <summary>The refusal.</summary>
    public NacreError Error { get; } = error;

    /// <summary>A refusal of the text.</summary>
    public static QueryRefusedException Syntax(SourcePosition position, string message) =>
        new(new NacreError(ErrorCode.QuerySyntax, $"{position}: {message}"));

    /// <summary>A refusal of what the text means.</summary>
    public static QueryRefusedException Semantic(SourcePosition position, string message) =>
        new(new NacreError(ErrorCode.QuerySemantic, $"{position}: {message}"));

    /// <summary>A refusal at a limit.</summary>
    public static QueryRefusedException Limit(string message) => new(new NacreError(ErrorCode.QueryLimit, message));
}
