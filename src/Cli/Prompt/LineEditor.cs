using System.Globalization;
using System.Text;

namespace Nacre.Cli.Prompt;

/// <summary>Lets a person type a text of several lines at a terminal, and change it until it is complete.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class LineEditor(IPromptTerminal terminal, Keyboard keyboard, History history)
{
    private const string Prompt = "nacre> ";
    private const string MorePrompt = "  ...> ";

    private readonly EditBuffer _buffer = new();
    private int _rowAbove;

    /// <summary>Reads a text.</summary>
    /// <param name="isComplete">Whether Enter ends the text, or begins another line of it.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>What was typed; empty when it was given up with Ctrl-C, null when the person wants to leave, by Ctrl-D.</returns>
    public async Task<string?> ReadAsync(Func<string, bool> isComplete, CancellationToken cancellationToken)
    {
        _buffer.Set("");
        _rowAbove = 0;
        history.Rewind();
        Draw();
        while (true)
        {
            ConsoleKeyInfo key = await keyboard.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (Keyboard.IsInterrupt(key))
            {
                Leave("^C");
                return "";
            }

            if (Keyboard.IsControl(key, ConsoleKey.D, '\x04') && _buffer.Text.Length == 0)
            {
                Leave("");
                return null;
            }

            if (key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n')
            {
                if (isComplete(_buffer.Text))
                {
                    Leave("");
                    return _buffer.Text;
                }

                _buffer.Insert('\n');
            }
            else
            {
                Apply(key);
            }

            // A text that is pasted is drawn once.
            if (!keyboard.HasKey)
            {
                Draw();
            }
        }
    }

    private void Apply(in ConsoleKeyInfo key)
    {
        // With both, keyboards type characters that have no key of their own.
        bool control = (key.Modifiers & (ConsoleModifiers.Control | ConsoleModifiers.Alt)) == ConsoleModifiers.Control;
        switch (key.Key)
        {
            case ConsoleKey.Backspace when control:
            case ConsoleKey.W when control:
                _buffer.DeleteWordBack();
                break;
            case ConsoleKey.Backspace:
            case ConsoleKey.H when control:
                _buffer.DeleteBack();
                break;
            case ConsoleKey.Delete:
            case ConsoleKey.D when control:
                _buffer.Delete();
                break;
            case ConsoleKey.U when control:
                _buffer.DeleteToLineStart();
                break;
            case ConsoleKey.K when control:
                _buffer.DeleteToLineEnd();
                break;
            case ConsoleKey.LeftArrow when control:
                _buffer.MoveWordLeft();
                break;
            case ConsoleKey.RightArrow when control:
                _buffer.MoveWordRight();
                break;
            case ConsoleKey.LeftArrow:
            case ConsoleKey.B when control:
                _buffer.MoveLeft();
                break;
            case ConsoleKey.RightArrow:
            case ConsoleKey.F when control:
                _buffer.MoveRight();
                break;
            case ConsoleKey.Home:
            case ConsoleKey.A when control:
                _buffer.MoveToLineStart();
                break;
            case ConsoleKey.End:
            case ConsoleKey.E when control:
                _buffer.MoveToLineEnd();
                break;
            case ConsoleKey.UpArrow:
            case ConsoleKey.P when control:
                GoBack();
                break;
            case ConsoleKey.DownArrow:
            case ConsoleKey.N when control:
                GoOn();
                break;
            case ConsoleKey.L when control:
                terminal.Write("\e[H\e[2J");
                _rowAbove = 0;
                break;
            case ConsoleKey.Tab:
                _buffer.Insert(' ');
                _buffer.Insert(' ');
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    _buffer.Insert(key.KeyChar);
                }

                break;
        }
    }

    private void GoBack()
    {
        if (!_buffer.MoveUp() && history.Back(_buffer.Text) is { } earlier)
        {
            _buffer.Set(earlier);
        }
    }

    private void GoOn()
    {
        if (!_buffer.MoveDown() && history.On() is { } later)
        {
            _buffer.Set(later);
        }
    }

    /// <summary>Draws all of the text over what was drawn of it before.</summary>
    private void Draw()
    {
        // One row less than there is, so that a terminal never has to scroll within the text.
        ScreenLayout layout = Layout(_buffer.Text, _buffer.Cursor).Within(Math.Max(1, terminal.Height - 1));
        var screen = new StringBuilder();
        Up(screen, _rowAbove);
        screen.Append("\r\e[J").AppendJoin("\r\n", layout.Rows);
        Up(screen, layout.Rows.Count - 1 - layout.CursorRow);
        screen.Append('\r');
        if (layout.CursorColumn > 0)
        {
            screen.Append(CultureInfo.InvariantCulture, $"\e[{layout.CursorColumn}C");
        }

        terminal.Write(screen.ToString());
        _rowAbove = layout.CursorRow;
    }

    /// <summary>Draws the text a last time, with a mark behind it, and goes below it.</summary>
    private void Leave(string mark)
    {
        string text = _buffer.Text + mark;
        var screen = new StringBuilder();
        Up(screen, _rowAbove);
        screen.Append("\r\e[J").AppendJoin("\r\n", Layout(text, text.Length).Rows).Append("\r\n");
        terminal.Write(screen.ToString());
    }

    private ScreenLayout Layout(string text, int cursor) => ScreenLayout.Of(text, cursor, Prompt, MorePrompt, terminal.Width);

    private static void Up(StringBuilder screen, int rows)
    {
        if (rows > 0)
        {
            screen.Append(CultureInfo.InvariantCulture, $"\e[{rows}A");
        }
    }
}
