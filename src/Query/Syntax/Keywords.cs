using System.Collections.Frozen;

namespace Nacre.Query.Syntax;

/// <summary>The reserved words, in any case.</summary>
internal static class Keywords
{
    private static readonly FrozenDictionary<string, TokenKind> ByText = Enum.GetValues<TokenKind>()
        .Where(static kind => kind >= TokenKind.Select)
        .ToFrozenDictionary(static kind => kind.ToString(), StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, TokenKind>.AlternateLookup<ReadOnlySpan<char>> BySpan =
        ByText.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The keyword's kind, or Identifier.</summary>
    public static TokenKind KindOf(ReadOnlySpan<char> word) => BySpan.TryGetValue(word, out TokenKind kind) ? kind : TokenKind.Identifier;

    /// <summary>Whether a name can stand without brackets and quotes.</summary>
    public static bool IsPlainName(string name)
    {
        if (name.Length == 0 || !Lexer.StartsWord(name[0]) || KindOf(name) != TokenKind.Identifier)
        {
            return false;
        }

        foreach (char unit in name)
        {
            if (!Lexer.ContinuesWord(unit))
            {
                return false;
            }
        }

        return true;
    }
}
