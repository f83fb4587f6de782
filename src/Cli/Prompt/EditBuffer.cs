using System.Globalization;
using System.Text;
using Nacre.Core;

namespace Nacre.Cli.Prompt;

/// <summary>A text that is being typed, of one line or several, and where in it the cursor is.</summary>
/// <remarks>The cursor moves by what people take for a character, however many code points that is. For one caller at a time.</remarks>
internal sealed class EditBuffer
{
    // Invariants:
    // - 0 <= Cursor <= length, and never within a character;
    // - lines end with '\n'; there is no other control character.
    private readonly StringBuilder _text = new();

    /// <summary>The text.</summary>
    public string Text => _text.ToString();

    /// <summary>Place in the text, in UTF-16 units.</summary>
    public int Cursor { get; private set; }

    /// <summary>Replaces all; the cursor is then at the end.</summary>
    public void Set(string text)
    {
        _text.Clear().Append(text.ReplaceLineEndings("\n"));
        Cursor = _text.Length;
    }

    /// <summary>Puts a character at the cursor; half of a surrogate pair too, of which the other half follows.</summary>
    public void Insert(char value)
    {
        Invariant.Check(value == '\n' || !char.IsControl(value));
        _text.Insert(Cursor++, value);
    }

    /// <summary>Deletes the character before the cursor.</summary>
    public void DeleteBack() => DeleteTo(Before(Cursor));

    /// <summary>Deletes the character at the cursor.</summary>
    public void Delete() => DeleteTo(After(Cursor));

    /// <summary>Deletes from the cursor back to the beginning of a word.</summary>
    public void DeleteWordBack() => DeleteTo(WordBefore());

    /// <summary>Deletes from the line's beginning to the cursor.</summary>
    public void DeleteToLineStart() => DeleteTo(LineStart(Cursor));

    /// <summary>Deletes from the cursor to the line's end; at its end, what parts it from the next.</summary>
    public void DeleteToLineEnd() => DeleteTo(LineEnd(Cursor) is var end && end == Cursor ? After(Cursor) : end);

    /// <summary>Moves one character back.</summary>
    public void MoveLeft() => Cursor = Before(Cursor);

    /// <summary>Moves one character on.</summary>
    public void MoveRight() => Cursor = After(Cursor);

    /// <summary>Moves back to the beginning of a word.</summary>
    public void MoveWordLeft() => Cursor = WordBefore();

    /// <summary>Moves on to the end of a word.</summary>
    public void MoveWordRight()
    {
        while (Cursor < _text.Length && !IsWord(Cursor))
        {
            Cursor = After(Cursor);
        }

        while (Cursor < _text.Length && IsWord(Cursor))
        {
            Cursor = After(Cursor);
        }
    }

    /// <summary>Moves to the line's beginning.</summary>
    public void MoveToLineStart() => Cursor = LineStart(Cursor);

    /// <summary>Moves to the line's end.</summary>
    public void MoveToLineEnd() => Cursor = LineEnd(Cursor);

    /// <summary>Moves to the line above, to the same column or its end.</summary>
    /// <returns>False on the first line.</returns>
    public bool MoveUp()
    {
        int start = LineStart(Cursor);
        if (start == 0)
        {
            return false;
        }

        MoveInto(LineStart(start - 1), Cursor - start);
        return true;
    }

    /// <summary>Moves to the line below, to the same column or its end.</summary>
    /// <returns>False on the last line.</returns>
    public bool MoveDown()
    {
        int end = LineEnd(Cursor);
        if (end == _text.Length)
        {
            return false;
        }

        MoveInto(end + 1, Cursor - LineStart(Cursor));
        return true;
    }

    private void MoveInto(int lineStart, int column)
    {
        int end = LineEnd(lineStart);
        Cursor = lineStart;
        while (Cursor < end && Cursor - lineStart < column)
        {
            Cursor = After(Cursor);
        }
    }

    private void DeleteTo(int other)
    {
        int from = Math.Min(Cursor, other);
        _text.Remove(from, Math.Max(Cursor, other) - from);
        Cursor = from;
    }

    private int LineStart(int at)
    {
        while (at > 0 && _text[at - 1] != '\n')
        {
            at--;
        }

        return at;
    }

    private int LineEnd(int at)
    {
        while (at < _text.Length && _text[at] != '\n')
        {
            at++;
        }

        return at;
    }

    private int After(int at) => at == _text.Length ? at
        : _text[at] == '\n' ? at + 1
        : at + StringInfo.GetNextTextElementLength(_text.ToString(at, LineEnd(at) - at));

    private int Before(int at)
    {
        if (at == 0 || _text[at - 1] == '\n')
        {
            return Math.Max(0, at - 1);
        }

        int before = LineStart(at);
        for (int next = After(before); next < at; next = After(before))
        {
            before = next;
        }

        return before;
    }

    private int WordBefore()
    {
        int at = Cursor;
        while (at > 0 && !IsWord(Before(at)))
        {
            at = Before(at);
        }

        while (at > 0 && IsWord(Before(at)))
        {
            at = Before(at);
        }

        return at;
    }

    private bool IsWord(int at) => char.IsLetterOrDigit(_text[at]) || _text[at] == '_' || char.IsSurrogate(_text[at]);
}
