using System.Globalization;
using System.Text;

namespace Nacre.Query.Syntax;

/// <summary>Cuts a query's text into tokens, one at a time.</summary>
/// <remarks>Not thread-safe. Refuses with <see cref="QueryRefusedException"/>.</remarks>
internal sealed class Lexer(string text)
{
    // Invariants:
    // - _at only grows; _lineStart <= _at is where line _line begins.

    private int _at;
    private int _line = 1;
    private int _lineStart;

    /// <summary>Whether a word may begin with this.</summary>
    public static bool StartsWord(char unit) => char.IsAsciiLetter(unit) || unit == '_' || (unit > '\u007F' && char.IsLetter(unit));

    /// <summary>Whether a word may go on with this.</summary>
    public static bool ContinuesWord(char unit) =>
        char.IsAsciiLetterOrDigit(unit) || unit is '_' or '$' || (unit > '\u007F' && char.IsLetterOrDigit(unit));

    /// <summary>The next token; End again and again at the end.</summary>
    public Token Next()
    {
        SkipBlanks();
        SourcePosition position = Here();
        if (_at == text.Length)
        {
            return new Token(TokenKind.End, position, 0, "");
        }

        char first = text[_at];
        return first switch
        {
            _ when StartsWord(first) => Word(position),
            _ when char.IsAsciiDigit(first) || (first == '.' && char.IsAsciiDigit(Peek(1))) => Number(position),
            '"' or '\'' => String(position, first),
            '@' => Parameter(position),
            _ => Symbol(position, first),
        };
    }

    private SourcePosition Here() => new(_at, _line, _at - _lineStart + 1);

    private char Peek(int ahead) => _at + ahead < text.Length ? text[_at + ahead] : '\0';

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            char unit = text[_at];
            if (char.IsWhiteSpace(unit) || unit == '\uFEFF')
            {
                Step();
            }
            else if (unit == '-' && Peek(1) == '-')
            {
                while (_at < text.Length && text[_at] is not ('\n' or '\r'))
                {
                    _at++;
                }
            }
            else if (unit == '/' && Peek(1) == '*')
            {
                SkipComment();
            }
            else
            {
                return;
            }
        }
    }

    private void SkipComment()
    {
        SourcePosition start = Here();
        _at += 2;
        while (_at < text.Length)
        {
            if (text[_at] == '*' && Peek(1) == '/')
            {
                _at += 2;
                return;
            }

            Step();
        }

        throw QueryRefusedException.Syntax(start, "found a comment that is not ended; expected '*/' behind it.");
    }

    /// <summary>Passes one unit, and counts the line that ends with it.</summary>
    private void Step()
    {
        char unit = text[_at++];
        if (unit == '\n' || (unit == '\r' && (_at == text.Length || text[_at] != '\n')))
        {
            _line++;
            _lineStart = _at;
        }
    }

    private Token Word(SourcePosition position)
    {
        int start = _at;
        while (_at < text.Length && ContinuesWord(text[_at]))
        {
            _at++;
        }

        string word = text[start.._at];
        return new Token(Keywords.KindOf(word), position, word.Length, word);
    }

    private Token Number(SourcePosition position)
    {
        int start = _at;
        SkipDigits();
        if (Peek(0) == '.' && char.IsAsciiDigit(Peek(1)))
        {
            _at++;
            SkipDigits();
        }

        if (Peek(0) is 'e' or 'E' && (char.IsAsciiDigit(Peek(1)) || (Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2)))))
        {
            _at += 2;
            SkipDigits();
        }

        string number = text[start.._at];
        if (_at < text.Length && ContinuesWord(text[_at]))
        {
            throw QueryRefusedException.Syntax(Here(), $"found '{text[_at]}' in the number {Shorten(number)}; expected a blank or an operator behind it.");
        }

        if (!double.IsFinite(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture)))
        {
            throw QueryRefusedException.Syntax(position, $"found the number {Shorten(number)}; expected one below 1.8e308.");
        }

        return new Token(TokenKind.Number, position, number.Length, number);
    }

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Peek(0)))
        {
            _at++;
        }
    }

    private Token Parameter(SourcePosition position)
    {
        int start = _at++;
        while (_at < text.Length && ContinuesWord(text[_at]))
        {
            _at++;
        }

        if (_at == start + 1)
        {
            throw QueryRefusedException.Syntax(position, "found '@' alone; expected a parameter's name behind it.");
        }

        return new Token(TokenKind.Parameter, position, _at - start, text[start.._at]);
    }

    private Token String(SourcePosition position, char quote)
    {
        int start = _at++;
        int plainEnd = text.AsSpan(_at).IndexOfAny(quote, '\\');
        if (plainEnd >= 0 && text[_at + plainEnd] == quote && text.AsSpan(_at, plainEnd).IndexOfAny('\n', '\r') < 0)
        {
            string plain = text.Substring(_at, plainEnd);
            _at += plainEnd + 1;
            return new Token(TokenKind.String, position, _at - start, plain);
        }

        var value = new StringBuilder();
        while (_at < text.Length)
        {
            char unit = text[_at];
            if (unit == quote)
            {
                _at++;
                return new Token(TokenKind.String, position, _at - start, value.ToString());
            }

            if (unit == '\\')
            {
                value.Append(Escape());
            }
            else
            {
                value.Append(unit);
                Step();
            }
        }

        throw QueryRefusedException.Syntax(position, $"found a string that is not ended; expected {(quote == '"' ? "'\"'" : "\"'\"")} behind it.");
    }

    private char Escape()
    {
        SourcePosition position = Here();
        char kind = Peek(1);
        _at = Math.Min(_at + 2, text.Length);
        switch (kind)
        {
            case '"' or '\'' or '\\' or '/':
                return kind;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u' when _at + 4 <= text.Length &&
                          ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit):
                _at += 4;
                return (char)unit;
            default:
                throw QueryRefusedException.Syntax(position,
                    $"found {(kind == '\0' ? "'\\'" : $"'\\{kind}'")} in a string; expected one of \\\" \\' \\\\ \\/ \\b \\f \\n \\r \\t or \\u with four hexadecimal digits.");
        }
    }

    private Token Symbol(SourcePosition position, char first)
    {
        (TokenKind kind, int length) = first switch
        {
            '(' => (TokenKind.OpenParenthesis, 1),
            ')' => (TokenKind.CloseParenthesis, 1),
            '[' => (TokenKind.OpenBracket, 1),
            ']' => (TokenKind.CloseBracket, 1),
            '{' => (TokenKind.OpenBrace, 1),
            '}' => (TokenKind.CloseBrace, 1),
            ',' => (TokenKind.Comma, 1),
            '.' => (TokenKind.Dot, 1),
            ':' => (TokenKind.Colon, 1),
            '?' when Peek(1) == '?' => (TokenKind.Coalesce, 2),
            '?' => (TokenKind.Question, 1),
            '+' => (TokenKind.Plus, 1),
            '-' => (TokenKind.Minus, 1),
            '*' => (TokenKind.Star, 1),
            '/' => (TokenKind.Slash, 1),
            '%' => (TokenKind.Percent, 1),
            '~' => (TokenKind.Tilde, 1),
            '&' => (TokenKind.Ampersand, 1),
            '|' when Peek(1) == '|' => (TokenKind.Concat, 2),
            '|' => (TokenKind.Bar, 1),
            '^' => (TokenKind.Caret, 1),
            '=' => (TokenKind.Equal, 1),
            '!' when Peek(1) == '=' => (TokenKind.NotEqual, 2),
            '<' when Peek(1) == '<' => (TokenKind.ShiftLeft, 2),
            '<' when Peek(1) == '>' => (TokenKind.NotEqual, 2),
            '<' when Peek(1) == '=' => (TokenKind.LessOrEqual, 2),
            '<' => (TokenKind.Less, 1),
            '>' when Peek(1) == '>' && Peek(2) == '>' => (TokenKind.ShiftRightZero, 3),
            '>' when Peek(1) == '>' => (TokenKind.ShiftRight, 2),
            '>' when Peek(1) == '=' => (TokenKind.GreaterOrEqual, 2),
            '>' => (TokenKind.Greater, 1),
            _ => throw QueryRefusedException.Syntax(position, $"found {Describe(first)}; expected a token of the language."),
        };
        _at += length;
        return new Token(kind, position, length, "");
    }

    private static string Describe(char unit) =>
        char.IsControl(unit) || char.IsSurrogate(unit) ? $"the character U+{(int)unit:X4}" : $"'{unit}'";

    private static string Shorten(string text) => text.Length <= 24 ? text : text[..24] + "…";
}
