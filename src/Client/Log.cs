using Microsoft.Extensions.Logging;

namespace Nacre.Client;

/// <summary>The SDK's log messages: event ids 6000 to 6999. No document, no key.</summary>
internal static partial class Log
{
    [LoggerMessage(6001, LogLevel.Information, "Repeating after {Code}: repetition {Repetition} in {PauseMs} ms (activity {ActivityId}).")]
    public static partial void Repeating(ILogger logger, NacreErrorCode code, int repetition, double pauseMs, string? activityId);

    [LoggerMessage(6002, LogLevel.Debug, "Stream open: {MaxOpenOperations} operations open at most, batches of {MaxBatchBytes} bytes.")]
    public static partial void StreamOpen(ILogger logger, int maxOpenOperations, int maxBatchBytes);

    [LoggerMessage(6003, LogLevel.Information, "The server asks to move to another stream: {Reason}.")]
    public static partial void StreamGoAway(ILogger logger, string reason);

    [LoggerMessage(6004, LogLevel.Warning, "Stream lost with {Open} operations open.")]
    public static partial void StreamLost(ILogger logger, int open, Exception cause);

    [LoggerMessage(6005, LogLevel.Warning, "Another token could not be had; the present one lasts {Seconds} s more.")]
    public static partial void TokenRefreshFailed(ILogger logger, double seconds, Exception cause);

    [LoggerMessage(6006, LogLevel.Warning, "Going from node {Left} to node {Next}: {Reason}")]
    public static partial void NodeChanged(ILogger logger, Uri left, Uri next, string reason);

    [LoggerMessage(6007, LogLevel.Information, "Node {Endpoint} answers again.")]
    public static partial void NodeReturned(ILogger logger, Uri endpoint);

    [LoggerMessage(6008, LogLevel.Information, "The cluster's nodes: {Endpoints}.")]
    public static partial void NodesLearned(ILogger logger, string endpoints);

    [LoggerMessage(6009, LogLevel.Warning, "The server names a node at '{Endpoint}', which is not of the form https://HOST:PORT; it is left out.")]
    public static partial void NodeIgnored(ILogger logger, string endpoint);
}
