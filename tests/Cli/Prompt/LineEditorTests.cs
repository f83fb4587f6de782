using System.Globalization;
using CsCheck;
using Nacre.Cli.Prompt;

namespace Nacre.Cli.Tests.Prompt;

/// <summary>What is typed at the prompt, and what the screen shows of it.</summary>
[TestFixture]
public sealed class LineEditorTests
{
    [Test]
    public async Task Enter_BehindASemicolon_GivesTheText()
    {
        var prompt = new FakePrompt();

        string? text = await ReadAsync(prompt.Type("SELECT 1\nFROM c;\n"));

        Assert.That(text, Is.EqualTo("SELECT 1\nFROM c;"));
        Assert.That(prompt.Screen.Rows, Is.EqualTo(new[] { "nacre> SELECT 1", "  ...> FROM c;", "" }));
    }

    [Test]
    public async Task Keys_EditWhatIsThere()
    {
        var prompt = new FakePrompt();
        prompt.Type("SELEKT 12").Press(FakePrompt.Backspace, FakePrompt.Home)
            .Press([.. Enumerable.Repeat(FakePrompt.Right, 5)]).Press(FakePrompt.Backspace).Type("C").Press([.. Enumerable.Repeat(FakePrompt.Right, 9)])
            .Type("\nx\n;").Press(FakePrompt.Up, FakePrompt.Up, FakePrompt.Left, FakePrompt.Right, FakePrompt.Right, FakePrompt.ControlK)
            .Press(FakePrompt.Down, FakePrompt.Down).Type("\n");

        Assert.That(await ReadAsync(prompt), Is.EqualTo("SE\nx\n;"));
    }

    [Test]
    public async Task Cursor_OverCharactersOfSeveralCodePoints_MovesByWhatPeopleSee()
    {
        const string Family = "👩‍👧";
        var prompt = new FakePrompt();
        prompt.Type($"a{Family}e\u0301b").Press(FakePrompt.Left, FakePrompt.Left, FakePrompt.Backspace).Type(";").Press(FakePrompt.Backspace).Type("x;\n");

        // At the semicolon in the middle nothing has ended.
        prompt.Press(FakePrompt.Right, FakePrompt.Right).Type(";\n");

        Assert.That(await ReadAsync(prompt), Is.EqualTo("ax;\ne\u0301b;"));
    }

    [Test]
    public async Task ControlW_DeletesTheWordBefore()
    {
        var prompt = new FakePrompt();
        prompt.Type("SELECT c.name").Press(FakePrompt.ControlW).Type("id;\n");

        Assert.That(await ReadAsync(prompt), Is.EqualTo("SELECT c.id;"));
    }

    [Test]
    public async Task ControlC_GivesUpWhatIsTyped()
    {
        var prompt = new FakePrompt();

        Assert.That(await ReadAsync(prompt.Type("SELECT\n1").Press(FakePrompt.ControlC)), Is.Empty);
        Assert.That(prompt.Screen.Rows, Is.EqualTo(new[] { "nacre> SELECT", "  ...> 1^C", "" }));
    }

    [Test]
    public async Task ControlD_OnNothing_Leaves()
    {
        var prompt = new FakePrompt();
        prompt.Type("ab").Press(FakePrompt.Home, FakePrompt.ControlD, FakePrompt.ControlD, FakePrompt.ControlD);

        Assert.That(await ReadAsync(prompt), Is.Null, "on a text it deletes");
    }

    [Test]
    public async Task UpAndDown_GoThroughHistoryAndBackToWhatWasTyped()
    {
        var history = new History(null);
        history.Add("first;");
        history.Add("second\nof two lines;");
        var prompt = new FakePrompt();

        // Up twice within the second entry's lines, to the first; down again to what was being typed.
        prompt.Type("new").Press(FakePrompt.Up, FakePrompt.Up, FakePrompt.Up).Press(FakePrompt.Down, FakePrompt.Down).Type(" and;\n");
        string? typed = await ReadAsync(prompt, history);
        prompt.Press(FakePrompt.Up, FakePrompt.Up, FakePrompt.Up).Type("\n");
        string? oldest = await ReadAsync(prompt, history);

        Assert.That(typed, Is.EqualTo("new and;"));
        Assert.That(oldest, Is.EqualTo("first;"));
    }

    /// <summary>Random keys at a narrow screen: after each, it shows what a naive model has, with the cursor where the model has it.</summary>
    [Test]
    public Task Screen_AfterEachKey_ShowsTheText() => Gen.Char["abc\n<>^v- 漢"].Array[0, 60].SampleAsync(
        async keys =>
        {
            var prompt = new FakePrompt(width: 13, height: 200);
            var model = new Model();
            Task<string?> reading = ReadAsync(prompt);
            foreach (char key in keys)
            {
                if (key == '\n' && model.Text.Trim().Length == 0)
                {
                    // Enter on nothing ends the text.
                    continue;
                }

                prompt.Press(KeyOf(key));
                model.Press(key);
                await prompt.WhenIdleAsync();
                (string text, string atCursor) = Read(prompt.Screen);
                Assert.That(text, Is.EqualTo(model.Text));
                Assert.That(atCursor.Trim(), Is.EqualTo(model.AtCursor.Trim()));
            }

            prompt.Press(FakePrompt.ControlC);
            Assert.That(await reading, Is.Empty);
        },
        iter: 300);

    [Test]
    public async Task Screen_TooLowForTheText_ShowsTheLinesAroundTheCursor()
    {
        var prompt = new FakePrompt(height: 5);
        Task<string?> reading = ReadAsync(prompt.Type("1\n2\n3\n4\n5\n6\n7\n8"));
        await prompt.WhenIdleAsync();
        IReadOnlyList<string> atEnd = [.. prompt.Screen.Rows.TakeLast(4)];
        prompt.Press([.. Enumerable.Repeat(FakePrompt.Up, 6)]);
        await prompt.WhenIdleAsync();
        IReadOnlyList<string> above = [.. prompt.Screen.Rows.TakeLast(4)];
        prompt.Press(FakePrompt.ControlC);
        await reading;

        Assert.That(atEnd, Is.EqualTo(new[] { "  ...> 5", "  ...> 6", "  ...> 7", "  ...> 8" }));
        Assert.That(above, Does.Contain("  ...> 2"));
    }

    private static Task<string?> ReadAsync(FakePrompt prompt, History? history = null) =>
        new LineEditor(prompt, new Keyboard(prompt), history ?? new History(null)).ReadAsync(Statements.IsComplete, default);

    private static ConsoleKeyInfo KeyOf(char key) => key switch
    {
        '\n' => FakePrompt.Enter,
        '<' => FakePrompt.Left,
        '>' => FakePrompt.Right,
        '^' => FakePrompt.Up,
        'v' => FakePrompt.Down,
        '-' => FakePrompt.Backspace,
        _ => new ConsoleKeyInfo(key, default, false, false, false),
    };

    /// <summary>What the screen says is typed: rows that begin with a prompt are lines, others go on with the one above.</summary>
    private static (string Text, string AtCursor) Read(Screen screen)
    {
        string text = "";
        foreach (string row in screen.Written)
        {
            text += row.StartsWith("nacre> ", StringComparison.Ordinal) || row.StartsWith("  ...> ", StringComparison.Ordinal) ? $"\n{row[7..]}" : row;
        }

        return (text[1..], screen.AtCursor);
    }

    /// <summary>A text and a cursor, done in the plainest way.</summary>
    private sealed class Model
    {
        private int _cursor;

        public string Text { get; private set; } = "";

        public string AtCursor => _cursor < Text.Length ? Text[_cursor].ToString(CultureInfo.InvariantCulture) : "";

        public void Press(char key)
        {
            string[] lines = Text[.._cursor].Split('\n');
            int column = lines[^1].Length;
            switch (key)
            {
                case '<':
                    _cursor = Math.Max(0, _cursor - 1);
                    break;
                case '>':
                    _cursor = Math.Min(Text.Length, _cursor + 1);
                    break;
                case '^' when lines.Length > 1:
                    _cursor = string.Join('\n', lines[..^2].Append(lines[^2][..Math.Min(column, lines[^2].Length)])).Length;
                    break;
                case 'v' when Text.IndexOf('\n', _cursor) is >= 0 and var end:
                    string below = Text[(end + 1)..].Split('\n')[0];
                    _cursor = end + 1 + Math.Min(column, below.Length);
                    break;
                case '^' or 'v':
                    break;
                case '-' when _cursor > 0:
                    Text = Text.Remove(--_cursor, 1);
                    break;
                case '-':
                    break;
                default:
                    Text = Text.Insert(_cursor++, key.ToString());
                    break;
            }
        }
    }
}
