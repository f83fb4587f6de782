using System.Globalization;
using System.Text;
using Spectre.Console.Rendering;

namespace Nacre.Cli.Tests.Prompt;

/// <summary>A terminal's screen that understands what the prompt writes, and refuses what it does not know.</summary>
internal sealed class Screen(int width, int height)
{
    private readonly List<string?[]> _rows = [new string?[width]];
    private int _row;
    private int _column;

    /// <summary>The cell under the cursor; empty where nothing was written.</summary>
    public string AtCursor => _column < width ? _rows[_row][_column] ?? "" : "";

    /// <summary>All rows, those that were scrolled away too, without what is empty behind them.</summary>
    public IReadOnlyList<string> Rows => [.. _rows.Select(row => string.Concat(row.Select(cell => cell ?? " ")).TrimEnd())];

    /// <summary>All rows, as far as anything was written to them.</summary>
    public IReadOnlyList<string> Written => [.. _rows.Select(row => string.Concat(row))];

    public void Write(string text)
    {
        TextElementEnumerator elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            string element = elements.GetTextElement();
            switch (element)
            {
                case "\r\n":
                    _column = 0;
                    Down();
                    break;
                case "\r":
                    _column = 0;
                    break;
                case "\n":
                    Down();
                    break;
                case "\e":
                    elements.MoveNext();
                    Obey(elements);
                    break;
                default:
                    Put(element);
                    break;
            }
        }
    }

    private void Obey(TextElementEnumerator elements)
    {
        Assert.That(elements.GetTextElement(), Is.EqualTo("["));
        var number = new StringBuilder();
        while (elements.MoveNext() && char.IsAsciiDigit(elements.GetTextElement()[0]))
        {
            number.Append(elements.GetTextElement());
        }

        int count = number.Length == 0 ? 0 : int.Parse(number.ToString(), CultureInfo.InvariantCulture);
        switch (elements.GetTextElement())
        {
            case "A":
                // A real one stops at its upper edge, which the prompt must never reach.
                _row -= count;
                Assert.That(_row, Is.GreaterThanOrEqualTo(Math.Max(0, _rows.Count - height)), "the cursor stays on the screen");
                break;
            case "C":
                _column += count;
                Assert.That(_column, Is.LessThan(width));
                break;
            case "J":
                _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
                Array.Clear(_rows[_row], _column, width - _column);
                break;
            case "K":
                Array.Clear(_rows[_row], _column, width - _column);
                break;
            default:
                Assert.Fail($"An unknown sequence: {elements.GetTextElement()}");
                break;
        }
    }

    private void Put(string element)
    {
        int cells = Segment.CellCount([new Segment(element)]);
        Assert.That(_column + cells, Is.LessThanOrEqualTo(width), "nothing is left to the terminal to fold");
        _rows[_row][_column] = element;
        for (int i = 1; i < cells; i++)
        {
            _rows[_row][_column + i] = "";
        }

        _column += cells;
    }

    private void Down()
    {
        if (++_row == _rows.Count)
        {
            _rows.Add(new string?[width]);
        }
    }
}
