using System.Text;

namespace Nacre.Cli.Commands;

/// <summary>Texts that come from a file or from standard input.</summary>
internal static class TextSource
{
    /// <summary>Reads a text to its end.</summary>
    /// <param name="terminal">Has standard input.</param>
    /// <param name="file">A path; <c>-</c> for standard input.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static async Task<string> ReadAsync(Terminal terminal, string file, CancellationToken cancellationToken)
    {
        if (file != "-")
        {
            return await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false);
        }

        using var reader = new StreamReader(terminal.Input, Encoding.UTF8, leaveOpen: true);
        return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }
}
