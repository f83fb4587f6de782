namespace Nacre.Cli;

/// <summary>Ends a verb with a message for a person and an exit code; thrown and caught within the command line only.</summary>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    /// <summary>One of <see cref="Cli.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>Wrong usage.</summary>
    public static CliException Usage(string message) => new(Cli.ExitCode.Usage, message);
}
