using System.Globalization;
using System.Text;
using Spectre.Console.Rendering;

namespace Nacre.Cli.Prompt;

/// <summary>A text that is being typed, as rows of a screen: each line behind its prompt, folded where the screen ends.</summary>
/// <param name="Rows">At least one; none is wider than the screen.</param>
/// <param name="CursorRow">The cursor's row in <paramref name="Rows"/>.</param>
/// <param name="CursorColumn">The cursor's column, less than the width.</param>
internal sealed record ScreenLayout(IReadOnlyList<string> Rows, int CursorRow, int CursorColumn)
{
    /// <summary>Lays a text out.</summary>
    /// <param name="text">Lines end with <c>\n</c>.</param>
    /// <param name="cursor">Place in the text.</param>
    /// <param name="prompt">Before the first line; ASCII. Left out where it leaves no room.</param>
    /// <param name="morePrompt">Before each other line; ASCII.</param>
    /// <param name="width">Columns; at least 1.</param>
    public static ScreenLayout Of(string text, int cursor, string prompt, string morePrompt, int width)
    {
        (prompt, morePrompt) = Math.Max(prompt.Length, morePrompt.Length) < width ? (prompt, morePrompt) : ("", "");
        var rows = new List<string>();
        var row = new StringBuilder(prompt);
        int column = prompt.Length;
        (int Row, int Column) at = default;
        TextElementEnumerator elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            string element = elements.GetTextElement();
            bool isNewLine = element == "\n";

            // Half of a pair, while the other half is on its way, is no text yet.
            string shown = isNewLine || (char.IsSurrogate(element[0]) && element.Length == 1) ? "" : element;
            int cells = Math.Min(width, Segment.CellCount([new Segment(shown)]));
            if (column + cells > width)
            {
                Fold();
            }

            if (elements.ElementIndex == cursor)
            {
                // What is as wide as the screen leaves no room for the cursor behind it.
                if (column == width)
                {
                    Fold();
                }

                at = (rows.Count, column);
            }

            if (isNewLine)
            {
                Fold();
                row.Append(morePrompt);
                column = morePrompt.Length;
                continue;
            }

            row.Append(shown);
            column += cells;
        }

        if (cursor >= text.Length)
        {
            if (column >= width)
            {
                Fold();
            }

            at = (rows.Count, column);
        }

        rows.Add(row.ToString());
        return new ScreenLayout(rows, at.Row, at.Column);

        void Fold()
        {
            rows.Add(row.ToString());
            row.Clear();
            column = 0;
        }
    }

    /// <summary>The part of it that a screen has room for, with the cursor in it.</summary>
    /// <param name="height">Rows of the screen.</param>
    public ScreenLayout Within(int height)
    {
        if (Rows.Count <= height)
        {
            return this;
        }

        int first = Math.Clamp(CursorRow - height + 1, 0, Rows.Count - height);
        return new ScreenLayout([.. Rows.Skip(first).Take(height)], CursorRow - first, CursorColumn);
    }
}
