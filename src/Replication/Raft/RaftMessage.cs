using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <summary>
/// What one replica says to another of its shard. Any may be lost, delayed, doubled or overtaken. A plain value: a codec
/// writes the members that the kind gives a meaning, and makes it again by the kind's factory.
/// </summary>
public readonly record struct RaftMessage
{
    private RaftMessage(RaftMessageKind kind, ReplicaId from, ReplicaId to, Term term) =>
        (Kind, From, To, Term) = (kind, from, to, term);

    /// <summary>What it says; decides which other members have a meaning.</summary>
    public RaftMessageKind Kind { get; }

    /// <summary>The sender.</summary>
    public ReplicaId From { get; }

    /// <summary>The receiver.</summary>
    public ReplicaId To { get; }

    /// <summary>The sender's term; of a pre-vote and of its granting answer, the term that the election would open.</summary>
    public Term Term { get; }

    /// <summary>
    /// Votes: the candidate's last entry. Append: the entry before the first one carried. AppendAnswer: accepted, the last
    /// entry that agrees and is flushed; rejected, <see cref="Index"/> of the append. ReadIndexAnswer: the read index.
    /// SnapshotOffer and its answer: the snapshot's last entry.
    /// </summary>
    public LogIndex Index { get; private init; }

    /// <summary>The term of <see cref="Index"/>; of a rejecting AppendAnswer that of <see cref="Hint"/>.</summary>
    public Term LogTerm { get; private init; }

    /// <summary>Append, Heartbeat: the leader's commit, as far as it concerns the receiver.</summary>
    public LogIndex Commit { get; private init; }

    /// <summary>Rejecting AppendAnswer: the last entry that may agree.</summary>
    public LogIndex Hint { get; private init; }

    /// <summary>Answers: granted, accepted, confirmed.</summary>
    public bool IsAccepted { get; private init; }

    /// <summary>Vote: the leader itself asked for this election, so having heard from it is no reason to refuse.</summary>
    public bool IsForced { get; private init; }

    /// <summary>Heartbeat and answer: the read round, 0 for a notice that wants no answer. ReadIndex and answer: the follower's context.</summary>
    public ulong Context { get; private init; }

    /// <summary>Append: entries from <see cref="Index"/> + 1, contiguous; may be none. Never changed.</summary>
    public ReadOnlyMemory<LogRecord> Entries { get; private init; }

    /// <summary>Asks whether the sender would be elected.</summary>
    public static RaftMessage PreVote(ReplicaId from, ReplicaId to, Term term, LogIndex last, Term lastTerm) =>
        new(RaftMessageKind.PreVote, from, to, term) { Index = last, LogTerm = lastTerm };

    /// <summary>Answers that.</summary>
    public static RaftMessage PreVoteAnswer(ReplicaId from, ReplicaId to, Term term, bool isGranted) =>
        new(RaftMessageKind.PreVoteAnswer, from, to, term) { IsAccepted = isGranted };

    /// <summary>Asks for a vote.</summary>
    public static RaftMessage Vote(ReplicaId from, ReplicaId to, Term term, LogIndex last, Term lastTerm, bool isForced) =>
        new(RaftMessageKind.Vote, from, to, term) { Index = last, LogTerm = lastTerm, IsForced = isForced };

    /// <summary>Votes, or does not.</summary>
    public static RaftMessage VoteAnswer(ReplicaId from, ReplicaId to, Term term, bool isGranted) =>
        new(RaftMessageKind.VoteAnswer, from, to, term) { IsAccepted = isGranted };

    /// <summary>Sends entries.</summary>
    public static RaftMessage Append(
        ReplicaId from, ReplicaId to, Term term, LogIndex previous, Term previousTerm, LogIndex commit, ReadOnlyMemory<LogRecord> entries) =>
        new(RaftMessageKind.Append, from, to, term) { Index = previous, LogTerm = previousTerm, Commit = commit, Entries = entries };

    /// <summary>Says what is flushed and agrees.</summary>
    public static RaftMessage Appended(ReplicaId from, ReplicaId to, Term term, LogIndex through) =>
        new(RaftMessageKind.AppendAnswer, from, to, term) { Index = through, IsAccepted = true };

    /// <summary>Says that the log lacks the entry before the ones carried, and where it may agree.</summary>
    public static RaftMessage AppendRejected(ReplicaId from, ReplicaId to, Term term, LogIndex previous, LogIndex hint, Term hintTerm) =>
        new(RaftMessageKind.AppendAnswer, from, to, term) { Index = previous, Hint = hint, LogTerm = hintTerm };

    /// <summary>Says that the leader is there.</summary>
    public static RaftMessage Heartbeat(ReplicaId from, ReplicaId to, Term term, LogIndex commit, ulong round) =>
        new(RaftMessageKind.Heartbeat, from, to, term) { Commit = commit, Context = round };

    /// <summary>Answers that.</summary>
    public static RaftMessage HeartbeatAnswer(ReplicaId from, ReplicaId to, Term term, ulong round) =>
        new(RaftMessageKind.HeartbeatAnswer, from, to, term) { Context = round };

    /// <summary>Has the receiver begin an election at once.</summary>
    public static RaftMessage TimeoutNow(ReplicaId from, ReplicaId to, Term term) => new(RaftMessageKind.TimeoutNow, from, to, term);

    /// <summary>A follower's question to the leader.</summary>
    public static RaftMessage ReadIndex(ReplicaId from, ReplicaId to, Term term, ulong context) =>
        new(RaftMessageKind.ReadIndex, from, to, term) { Context = context };

    /// <summary>Answers that.</summary>
    public static RaftMessage ReadIndexAnswer(ReplicaId from, ReplicaId to, Term term, ulong context, bool isConfirmed, LogIndex index) =>
        new(RaftMessageKind.ReadIndexAnswer, from, to, term) { Context = context, IsAccepted = isConfirmed, Index = index };

    /// <summary>Says that the sender has a snapshot, to be fetched from its node. Not for the core.</summary>
    public static RaftMessage SnapshotOffer(ReplicaId from, ReplicaId to, Term term, LogIndex index, Term indexTerm) =>
        new(RaftMessageKind.SnapshotOffer, from, to, term) { Index = index, LogTerm = indexTerm };

    /// <summary>Says that the sender has the offered snapshot's last entry, by snapshot or log. Not for the core.</summary>
    public static RaftMessage SnapshotAnswer(ReplicaId from, ReplicaId to, Term term, LogIndex index) =>
        new(RaftMessageKind.SnapshotAnswer, from, to, term) { Index = index };
}
