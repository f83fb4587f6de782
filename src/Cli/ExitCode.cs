namespace Nacre.Cli;

/// <summary>What the program's exit code says; fixed, so that scripts can rely on it.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Refused by the server, or done in part: the message says what.</summary>
    public const int Refused = 1;

    /// <summary>Wrong usage: arguments, files or settings on this side.</summary>
    public const int Usage = 2;

    /// <summary>No connection to a server that is trusted.</summary>
    public const int NoConnection = 3;

    /// <summary>A check failed.</summary>
    public const int CheckFailed = 4;

    /// <summary>The data folder is an older copy than other nodes have seen: starting it again does not help.</summary>
    public const int OlderCopy = 5;
}
