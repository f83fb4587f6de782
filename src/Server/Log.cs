using System.Net;
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

    [LoggerMessage(1013, LogLevel.Error, "The stop could not be finished in order; the next start recovers.")]
    public static partial void StopUnfinished(ILogger logger, Exception fault);

    [LoggerMessage(1006, LogLevel.Information, "An earlier first start was cut off; its remains are removed.")]
    public static partial void RemovingUnfinished(ILogger logger);

    [LoggerMessage(1007, LogLevel.Information, "After a crash, shard {Shard} recovered its checkpoint at entry {Checkpoint} and the log through entry {Last} ({Replayed} entries, {Milliseconds:F0} ms). Whether the log held more cannot be told on one node.")]
    public static partial void Recovered(ILogger logger, ShardId shard, LogIndex checkpoint, LogIndex last, ulong replayed, double milliseconds);

    [LoggerMessage(1008, LogLevel.Warning, "The log ended in a frame that is not whole, in {File} at byte {Offset}, and was cut there. The folder was left {LastState}: after a crash that is to be expected, after a clean stop it is damage, though no entry is missing.")]
    public static partial void TailCut(ILogger logger, string file, long offset, DataFolder.NodeState lastState);

    [LoggerMessage(1009, LogLevel.Error, "Shard {Shard} has failed ({Code}): {Reason} The node serves what it still can; look at its disk, then start it again.")]
    public static partial void ShardFailed(ILogger logger, ShardId shard, ErrorCode code, string reason);

    [LoggerMessage(1010, LogLevel.Error, "Request {Activity} to {Method} failed by a bug or a fault.")]
    public static partial void RequestFailed(ILogger logger, Exception fault, ActivityId activity, string method);

    [LoggerMessage(1011, LogLevel.Debug, "Request {Activity} to {Method} refused: {Code}.")]
    public static partial void RequestRefused(ILogger logger, ActivityId activity, string method, ErrorCode code);

    [LoggerMessage(1012, LogLevel.Error, "Stream {Activity} can no longer be written to.")]
    public static partial void StreamWriteFailed(ILogger logger, Exception fault, ActivityId activity);

    [LoggerMessage(1014, LogLevel.Error, "A write or flush of the log failed, in {File}. It goes on in a new segment, and nothing acknowledged is lost; look at the disk.")]
    public static partial void LogSegmentAbandoned(ILogger logger, Exception fault, string file);

    [LoggerMessage(1015, LogLevel.Critical, "The log has stopped: nothing more is written until the node is started again.")]
    public static partial void LogStopped(ILogger logger, Exception fault);

    [LoggerMessage(1020, LogLevel.Information, "Re-encryption begins: what is under older data keys is rewritten.")]
    public static partial void ReencryptionBegun(ILogger logger);

    [LoggerMessage(1021, LogLevel.Information, "Re-encryption is done: no older data key is left.")]
    public static partial void ReencryptionDone(ILogger logger);

    [LoggerMessage(1022, LogLevel.Warning, "Re-encryption is held up ({Code}): {Reason} It is tried again.")]
    public static partial void ReencryptionHeldUp(ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(1023, LogLevel.Error, "Re-encryption has stopped at a fault of the storage; older data keys stay. The next start tries again.")]
    public static partial void ReencryptionFailed(ILogger logger, Exception fault);

    [LoggerMessage(1024, LogLevel.Information, "Data key {Key} is destroyed: nothing on this node was under it any more.")]
    public static partial void DataKeyDestroyed(ILogger logger, DataKeyId key);

    [LoggerMessage(1040, LogLevel.Warning, "A connection from {Remote} to the nodes' port was refused. {Reason}", EventName = "PeerRefused")]
    public static partial void PeerRefused(ILogger logger, EndPoint? remote, string reason);

    [LoggerMessage(1041, LogLevel.Warning, "A connection from {Remote} to the nodes' port ended before it was secured: whoever dialled speaks no TLS, an older one, or did not trust this node.", EventName = "PeerHandshakeFailed")]
    public static partial void PeerHandshakeFailed(ILogger logger, EndPoint? remote);

    [LoggerMessage(1042, LogLevel.Warning, "The stream of the peer at {Remote} was ended ({Code}): {Reason}", EventName = "PeerStreamRefused")]
    public static partial void PeerStreamRefused(ILogger logger, string remote, ErrorCode code, string reason);

    [LoggerMessage(1043, LogLevel.Information, "Node {Node} of region {Region} sends from {Remote}.", EventName = "PeerStreamOpened")]
    public static partial void PeerStreamOpened(ILogger logger, NodeId node, RegionId region, string remote);

    [LoggerMessage(1060, LogLevel.Information, "Node {Node} at {Remote} was given the cluster's keys.", EventName = "KeysGiven")]
    public static partial void KeysGiven(ILogger logger, NodeId node, string remote);

    [LoggerMessage(1061, LogLevel.Information, "Keys were taken over from node {Node}.", EventName = "KeysTaken")]
    public static partial void KeysTaken(ILogger logger, NodeId node);

    [LoggerMessage(1062, LogLevel.Information, "Node {Node} of region {Region} at {Endpoint} joined the cluster with token {Token}.", EventName = "NodeJoined")]
    public static partial void NodeJoined(ILogger logger, NodeId node, RegionId region, string endpoint, string token);

    [LoggerMessage(1044, LogLevel.Information, "Other nodes are served at {Endpoint}; {Peers} are known.", EventName = "NodePortOpen")]
    public static partial void NodePortOpen(ILogger logger, string endpoint, int peers);

    [LoggerMessage(1045, LogLevel.Warning, "The node waits for a majority of the cluster's nodes, to learn the catalogue of now: {Reason} Its own replica has applied entry {Applied} of {Commit} that it knows to be committed; node {Leader} leads.", EventName = "AwaitingQuorum")]
    public static partial void AwaitingQuorum(ILogger logger, string reason, LogIndex applied, LogIndex commit, NodeId leader);

    [LoggerMessage(1046, LogLevel.Warning, "A part of the node could not follow a change of the catalogue; it is tried again.", EventName = "FollowingFailed")]
    public static partial void FollowingFailed(ILogger logger, Exception fault);

    [LoggerMessage(1050, LogLevel.Critical, "The data folder is an older copy, or has lost writes that were seen flushed: {Found}. The node takes no part any more.", EventName = "OlderCopy")]
    public static partial void OlderCopy(ILogger logger, string found);

    [LoggerMessage(1051, LogLevel.Information, "The node goes on without having heard what these nodes remember of it: {Peers}. They are asked until they answer, and no replica message is exchanged with them before.", EventName = "VettingGoesOn")]
    public static partial void VettingGoesOn(ILogger logger, string peers);

    [LoggerMessage(1052, LogLevel.Warning, "What this node remembered of the others is lost ({Code}): {Reason} It is learned anew.", EventName = "MemoryLost")]
    public static partial void MemoryLost(ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(1053, LogLevel.Warning, "What this node remembers of the others could not be written; the file stays as it was, and it is tried again.", EventName = "MemoryNotKept")]
    public static partial void MemoryNotKept(ILogger logger, Exception fault);

    [LoggerMessage(1054, LogLevel.Error, "That the data folder is an older copy could not be written into it. Do not start a node over it again.", EventName = "OlderCopyNotMarked")]
    public static partial void OlderCopyNotMarked(ILogger logger, Exception fault);

    [LoggerMessage(1049, LogLevel.Error, "A write that another node forwarded to shard {Shard} failed: this is a bug.", EventName = "ForwardedFailed")]
    public static partial void ForwardedFailed(ILogger logger, Exception bug, ShardId shard);
}
