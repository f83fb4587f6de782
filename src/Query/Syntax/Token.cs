namespace Nacre.Query.Syntax;

/// <summary>One token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Position">Its first character.</param>
/// <param name="Length">In UTF-16 units, quotes included.</param>
/// <param name="Text">A word or parameter as written; a string without quotes and escapes; a number as written; else empty.</param>
internal readonly record struct Token(TokenKind Kind, SourcePosition Position, int Length, string Text)
{
    /// <summary>Whether it is an identifier or a keyword.</summary>
    public bool IsWord => Kind is TokenKind.Identifier or >= TokenKind.Select;
}
