namespace Nacre.Cli.Prompt;

/// <summary>The terminal that a prompt is typed at: keys one by one, and a screen that understands ANSI sequences.</summary>
/// <remarks>For one reader at a time. Until it is disposed of, Ctrl-C is a key like others.</remarks>
internal interface IPromptTerminal : IDisposable
{
    /// <summary>Columns of the screen; at least 1.</summary>
    int Width { get; }

    /// <summary>Rows of the screen; at least 1.</summary>
    int Height { get; }

    /// <summary>Whether a key waits to be read.</summary>
    bool HasKey { get; }

    /// <summary>Waits for a key.</summary>
    Task<ConsoleKeyInfo> ReadKeyAsync(CancellationToken cancellationToken);

    /// <summary>Writes to the screen, at once.</summary>
    /// <param name="text">Text, and sequences that move the cursor and clear.</param>
    void Write(string text);
}
