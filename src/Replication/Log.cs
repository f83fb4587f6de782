using Microsoft.Extensions.Logging;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Replication;

/// <summary>What replication says to the operator: event ids 3000 to 3999.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "Shard {Shard} recovers: entry {Applied} of {Last} is applied.")]
    public static partial void ReplicaRecovers(ILogger logger, ShardId shard, LogIndex applied, LogIndex last);

    [LoggerMessage(3001, LogLevel.Information, "Shard {Shard} serves in term {Term}: checkpoint at entry {Checkpoint}, last recovered entry {LastRecovered}, in {ElapsedMs:0.0} ms.")]
    public static partial void ReplicaServes(ILogger logger, ShardId shard, Term term, LogIndex checkpoint, LogIndex lastRecovered, double elapsedMs);

    [LoggerMessage(3002, LogLevel.Information, "Shard {Shard} is checkpointed through entry {Checkpoint} in {ElapsedMs:0.0} ms; the log is released through entry {Released}.")]
    public static partial void Checkpointed(ILogger logger, ShardId shard, LogIndex checkpoint, LogIndex released, double elapsedMs);

    [LoggerMessage(3003, LogLevel.Warning, "Shard {Shard} found no space for a checkpoint ({File}). It is tried again; free disk space.")]
    public static partial void CheckpointFoundNoSpace(ILogger logger, ShardId shard, string file);

    [LoggerMessage(3004, LogLevel.Warning, "Shard {Shard} had {Count} proposals refused by the log: the disk is full.")]
    public static partial void AppendsRefused(ILogger logger, ShardId shard, int count);

    [LoggerMessage(3005, LogLevel.Warning, "Shard {Shard} stops without a last checkpoint: {Code}. The next start replays more of the log.")]
    public static partial void LastCheckpointRefused(ILogger logger, ShardId shard, ErrorCode code);

    [LoggerMessage(3006, LogLevel.Critical, "Shard {Shard} has stopped after a fault. Nothing more is read or written there until the node is started again.")]
    public static partial void ReplicaFailed(ILogger logger, ShardId shard, Exception cause);

    [LoggerMessage(3007, LogLevel.Warning, "The time to stop in order ran out: the next start replays what was not checkpointed.")]
    public static partial void StopCutShort(ILogger logger);

    [LoggerMessage(3008, LogLevel.Warning, "Shard {Shard} dropped a message of replica {Replica} from node {Node}: that replica lives on node {Owner}.")]
    public static partial void MessageOfAnotherNode(ILogger logger, ShardId shard, ReplicaId replica, NodeId node, NodeId owner);

    [LoggerMessage(3009, LogLevel.Information, "Shard {Shard}: replica {Replica} lacks entries that the log has let go of. It is offered a snapshot.")]
    public static partial void PeerNeedsSnapshot(ILogger logger, ShardId shard, ReplicaId replica);

    [LoggerMessage(3010, LogLevel.Critical, "Shard {Shard}: replica {Replica} lacks entries that it has acknowledged: its disk came back as an older one. It takes no part any more; remove it and let the node join anew.")]
    public static partial void ReplicaDisqualified(ILogger logger, ShardId shard, ReplicaId replica);

    [LoggerMessage(3011, LogLevel.Warning, "Shard {Shard} stops without having handed its lead to replica {Successor}: {Code}. Writes wait for an election.")]
    public static partial void LeadNotHandedOver(ILogger logger, ShardId shard, ReplicaId successor, ErrorCode code);

    [LoggerMessage(3012, LogLevel.Information, "Shard {Shard}: replica {Replica} is {Role} in term {Term}; replica {Leader} leads.")]
    public static partial void RoleChanged(ILogger logger, ShardId shard, ReplicaId replica, Raft.RaftRole role, Term term, ReplicaId leader);

    [LoggerMessage(3013, LogLevel.Information, "Shard {Shard} takes part: checkpoint at entry {Checkpoint}, last recovered entry {LastRecovered}, in {ElapsedMs:0.0} ms.")]
    public static partial void ReplicaTakesPart(ILogger logger, ShardId shard, LogIndex checkpoint, LogIndex lastRecovered, double elapsedMs);

    [LoggerMessage(3014, LogLevel.Information, "Shard {Shard} fetches a snapshot through entry {Index} from node {From}: {Missing} of {Total} bytes are missing.")]
    public static partial void SnapshotFetched(ILogger logger, ShardId shard, LogIndex index, NodeId from, long missing, long total);

    [LoggerMessage(3015, LogLevel.Information, "Shard {Shard} has a snapshot through entry {Index} from node {From} in place, in {ElapsedMs:0.0} ms.")]
    public static partial void SnapshotInstalled(ILogger logger, ShardId shard, LogIndex index, NodeId from, double elapsedMs);

    [LoggerMessage(3016, LogLevel.Warning, "Shard {Shard} could not take the snapshot of node {From} ({Code}): {Reason} It goes on when it is offered again.")]
    public static partial void SnapshotUnfinished(ILogger logger, ShardId shard, NodeId from, ErrorCode code, string reason);

    [LoggerMessage(3017, LogLevel.Critical, "Shard {Shard} could not be opened again behind a snapshot. Nothing is read or written there until the node is started again.")]
    public static partial void ExchangeFailed(ILogger logger, ShardId shard, Exception cause);

    [LoggerMessage(3018, LogLevel.Information, "Shard {Shard}: the log is set to the snapshot through entry {Index} of term {Term}.")]
    public static partial void LogReset(ILogger logger, ShardId shard, LogIndex index, Term term);

    [LoggerMessage(3020, LogLevel.Information, "Container {Container} is ready: {Ranges} ranges are active.")]
    public static partial void ContainerReady(ILogger logger, ContainerId container, int ranges);

    [LoggerMessage(3021, LogLevel.Information, "Container {Container} is gone: {Ranges} ranges are dropped.")]
    public static partial void ContainerGone(ILogger logger, ContainerId container, int ranges);

    [LoggerMessage(3022, LogLevel.Information, "Database {Database} is gone.")]
    public static partial void DatabaseGone(ILogger logger, DatabaseId database);

    [LoggerMessage(3023, LogLevel.Warning, "Container {Container} cannot be finished now ({Code}: {Reason}). It is tried again.")]
    public static partial void ContainerUnfinished(ILogger logger, ContainerId container, ErrorCode code, string reason);

    [LoggerMessage(3025, LogLevel.Information, "Container {Container} is indexed under another policy from now on: its {Ranges} ranges are told.")]
    public static partial void ContainerIndexingSet(ILogger logger, ContainerId container, int ranges);

    [LoggerMessage(3024, LogLevel.Error, "The catalogue's unfinished work has stopped: this is a bug.")]
    public static partial void CoordinatorFailed(ILogger logger, Exception cause);

    [LoggerMessage(3040, LogLevel.Information, "Node {Peer} is reached at {Endpoint}.")]
    public static partial void PeerReached(ILogger logger, NodeId peer, string endpoint);

    [LoggerMessage(3041, LogLevel.Warning, "Node {Peer} cannot be reached at {Endpoint} ({Code}): {Reason} It is tried again until it answers.")]
    public static partial void PeerUnreachable(ILogger logger, NodeId peer, string endpoint, ErrorCode code, string reason);

    [LoggerMessage(3042, LogLevel.Warning, "The stream to node {Peer} at {Endpoint} has broken. It is opened again.")]
    public static partial void PeerLost(ILogger logger, NodeId peer, string endpoint);

    [LoggerMessage(3050, LogLevel.Information, "Shard {Shard}: {Change} of replica {Replica} is done.")]
    public static partial void SetChanged(ILogger logger, ShardId shard, Raft.ReplicaSetChangeKind change, ReplicaId replica);

    [LoggerMessage(3051, LogLevel.Warning, "Shard {Shard}: {Change} of replica {Replica} was refused ({Code}): {Reason}")]
    public static partial void SetNotChanged(ILogger logger, ShardId shard, Raft.ReplicaSetChangeKind change, ReplicaId replica, ErrorCode code, string reason);

    [LoggerMessage(3052, LogLevel.Warning, "Shard {Shard}: a change of its replicas takes long; it is looked at again.")]
    public static partial void StepTookTooLong(ILogger logger, ShardId shard);

    [LoggerMessage(3053, LogLevel.Information, "Shard {Shard}: the lead was offered to node {Node} ({Code}).")]
    public static partial void LeadGivenAway(ILogger logger, ShardId shard, NodeId node, ErrorCode code);

    [LoggerMessage(3054, LogLevel.Information, "Node {Node} gets votes in all shards.")]
    public static partial void NodeGetsVote(ILogger logger, NodeId node);

    [LoggerMessage(3055, LogLevel.Error, "A look at the replica sets failed, and is made again in a while: this is a bug.")]
    public static partial void KeeperFailed(ILogger logger, Exception cause);

    [LoggerMessage(3060, LogLevel.Warning, "The node {Change}.")]
    public static partial void LeaseChanged(ILogger logger, string change);

    [LoggerMessage(3061, LogLevel.Warning, "A change of the catalogue cannot be followed here ({Code}): {Reason} It is tried again.")]
    public static partial void NotFollowed(ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(3062, LogLevel.Warning, "A part of the node could not follow a change of the catalogue; it is tried again.")]
    public static partial void CatalogFollowingFailed(ILogger logger, Exception fault);
}
