using Nacre.Client;
using Nacre.Core.Errors;

namespace Nacre.Cli;

/// <summary>What an error means to somebody at a command line: an exit code, and what to do.</summary>
internal static class ErrorAdvice
{
    /// <summary>The exit code of a refusal.</summary>
    public static int ExitCodeOf(NacreErrorCode code) => code switch
    {
        NacreErrorCode.ConnectionFailed or NacreErrorCode.ServerUntrusted => ExitCode.NoConnection,
        _ => ExitCode.Refused,
    };

    /// <summary>How a verb ends that a data folder does not let begin.</summary>
    public static CliException Failure(NacreError error) => new(
        error.Code switch
        {
            ErrorCode.Malformed or ErrorCode.RootKeyUnavailable or ErrorCode.RootKeyWrong => ExitCode.Usage,
            ErrorCode.Corrupt => ExitCode.CheckFailed,
            ErrorCode.OlderCopy => ExitCode.OlderCopy,
            _ => ExitCode.Refused,
        },
        $"{error.Code}: {error.Message}");

    /// <summary>The message, with advice where there is any.</summary>
    public static string Describe(NacreException error)
    {
        string advice = error.Code switch
        {
            NacreErrorCode.ConnectionFailed => " Is the server running, and is the address right?",
            NacreErrorCode.Unauthenticated => " Is the key or token that of this server, and still in force? 'nacre keys regenerate' withdraws older keys.",
            NacreErrorCode.Forbidden => " A read-only key may not write, and a token does what its permission allows.",
            NacreErrorCode.TokenExpired => " 'nacre permission token' draws another.",
            NacreErrorCode.ClockSkewed => " Set this machine's clock.",
            NacreErrorCode.OutcomeUnknown or NacreErrorCode.StorageFailed => " Look at what is there before doing it again.",
            NacreErrorCode.Overloaded or NacreErrorCode.Unavailable => " Try again later.",
            _ => "",
        };
        string activity = error.ActivityId is null ? "" : $" (activity {error.ActivityId})";
        string message = error.Message.TrimEnd();
        return $"{error.Code}: {message}{(message.EndsWith('.') || advice.Length == 0 ? "" : ".")}{advice}{activity}";
    }
}
