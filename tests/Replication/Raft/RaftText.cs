using System.Text;
using Nacre.Core.Log;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <summary>Messages as lines of a transcript: <c>1>2 t3 append behind 4/2: c,d; commit 4</c>.</summary>
internal static class RaftText
{
    public static string Of(in RaftMessage message) => $"{message.From}>{message.To} t{message.Term} " + message.Kind switch
    {
        RaftMessageKind.PreVote => $"pre-vote? last {message.Index}/{message.LogTerm}",
        RaftMessageKind.PreVoteAnswer => $"pre-vote {(message.IsAccepted ? "yes" : "no")}",
        RaftMessageKind.Vote => $"vote? last {message.Index}/{message.LogTerm}{(message.IsForced ? " forced" : "")}",
        RaftMessageKind.VoteAnswer => $"vote {(message.IsAccepted ? "yes" : "no")}",
        RaftMessageKind.Append => $"append behind {message.Index}/{message.LogTerm}: {Of(message.Entries)}; commit {message.Commit}",
        RaftMessageKind.AppendAnswer when message.IsAccepted => $"flushed {message.Index}",
        RaftMessageKind.AppendAnswer => $"not {message.Index}, try {message.Hint}/{message.LogTerm}",
        RaftMessageKind.Heartbeat => $"heartbeat {message.Context}; commit {message.Commit}",
        RaftMessageKind.HeartbeatAnswer => $"heartbeat {message.Context} heard",
        RaftMessageKind.TimeoutNow => "take over",
        RaftMessageKind.ReadIndex => $"read {message.Context}?",
        RaftMessageKind.ReadIndexAnswer => $"read {message.Context}: {(message.IsAccepted ? message.Index : "no")}",
        _ => throw new AssertionException("no kind"),
    };

    private static string Of(ReadOnlyMemory<LogRecord> records) =>
        records.IsEmpty ? "-" : string.Join(',', records.ToArray().Select(record => Encoding.UTF8.GetString(record.Entry.Span)));
}
