using Microsoft.Extensions.Logging;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Server;

/// <summary>What the server says: events 1000 to 1999.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "Node {Node} of cluster {Cluster} opens {Folder} (start {Starts}, {DataShards} data shards). Last stop: {LastState}.")]
    public static partial void Opening(ILogger logger, NodeId node, ClusterId cluster, string folder, ulong starts, int dataShards, DataFolder.NodeState lastState);

    [LoggerMessage(1001, LogLevel.Information, "Options in effect: {Options}")]
    public static partial void Options(ILogger logger, string options);

    [LoggerMessage(1002, LogLevel.Information, "Serving on {Address}.")]
    public static partial void Serving(ILogger logger, Uri address);

    [LoggerMessage(1003, LogLevel.Information, "Draining: no new connections, open requests get {Seconds} s.")]
    public static partial void Draining(ILogger logger, int seconds);

    [LoggerMessage(1004, LogLevel.Warning, "Requests still open after the drain were cut off.")]
    public static partial void DrainCutOff(ILogger logger);

    [LoggerMessage(1005, LogLevel.Information, "Stopped in order.")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(1006, LogLevel.Information, "An earlier first start was cut off; its remains are removed.")]
    public static partial void RemovingUnfinished(ILogger logger);

    [LoggerMessage(1010, LogLevel.Error, "Request {Activity} to {Method} failed by a bug or a fault.")]
    public static partial void RequestFailed(ILogger logger, Exception fault, ActivityId activity, string method);

    [LoggerMessage(1011, LogLevel.Debug, "Request {Activity} to {Method} refused: {Code}.")]
    public static partial void RequestRefused(ILogger logger, ActivityId activity, string method, ErrorCode code);

    [LoggerMessage(1012, LogLevel.Error, "Stream {Activity} can no longer be written to.")]
    public static partial void StreamWriteFailed(ILogger logger, Exception fault, ActivityId activity);
}
