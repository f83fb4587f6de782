using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Transport;

/// <content>Reading: the bytes may be anything. Nothing is allocated before the bytes that it is for were seen.</content>
public static partial class RaftMessageCodec
{
    private static readonly NacreError Damaged = new(ErrorCode.Corrupt,
        "A frame of replica messages cannot be read. The peer runs another program, or something changed its bytes.");

    private static readonly NacreError TooLong = new(ErrorCode.TooLarge,
        $"A frame of replica messages is longer than {RaftMessageLimits.MaxFrameBytes} bytes.");

    /// <summary>Reads a frame.</summary>
    /// <param name="frame">Any bytes; entries are slices of it, so it must never be changed.</param>
    /// <returns>
    /// The messages in order, at least one. Unsupported for a version that is not known here, TooLarge, Corrupt for
    /// anything else that <see cref="Encode"/> does not give.
    /// </returns>
    public static Result<ShardMessage[]> Decode(ReadOnlyMemory<byte> frame)
    {
        if (frame.Length > RaftMessageLimits.MaxFrameBytes)
        {
            return TooLong;
        }

        var reader = new CommandReader(frame.Span);
        byte version = reader.ReadByte();
        if (!reader.Failed && version != FormatVersion)
        {
            return new NacreError(ErrorCode.Unsupported,
                $"A frame of replica messages has version {version}; this program knows {FormatVersion}. Run the same release on both nodes.");
        }

        bool isHeader = reader.ReadByte() == 0;
        int count = reader.ReadUInt16();
        if (!isHeader || count is 0 or > RaftMessageLimits.MaxMessages || reader.Remaining / CommonBytes < count)
        {
            return Damaged;
        }

        var messages = new ShardMessage[count];
        for (int at = 0; at < count; at++)
        {
            if (!TryRead(ref reader, frame, out messages[at]))
            {
                return Damaged;
            }
        }

        return reader.IsAtEnd ? messages : Damaged;
    }

    private static bool TryRead(ref CommandReader reader, ReadOnlyMemory<byte> frame, out ShardMessage message)
    {
        message = default;
        var shard = new ShardId(reader.ReadUInt32());
        var kind = (RaftMessageKind)reader.ReadByte();
        byte flags = reader.ReadByte();
        var from = new ReplicaId(reader.ReadUInt64());
        var to = new ReplicaId(reader.ReadUInt64());
        var term = new Term(reader.ReadUInt64());
        if (reader.Failed || (flags & ~FlagsOf(kind)) != 0 || !IsId(from) || !IsId(to) || from == to || term.Value > RaftMessageLimits.MaxNumber)
        {
            return false;
        }

        RaftMessage? read = Read(ref reader, frame, new Common(kind, flags, from, to, term));
        if (read is not { } made || reader.Failed)
        {
            return false;
        }

        message = new ShardMessage(shard, made);
        return true;
    }

    private static RaftMessage? Read(ref CommandReader reader, ReadOnlyMemory<byte> frame, Common common)
    {
        (RaftMessageKind kind, _, ReplicaId from, ReplicaId to, Term term) = common;
        bool isAccepted = common.IsAccepted;

        // Only one that refuses a vote may know of no term.
        bool mayLackTerm = kind is RaftMessageKind.PreVoteAnswer or RaftMessageKind.VoteAnswer && !isAccepted;
        if (term.Value == 0 && !mayLackTerm)
        {
            return null;
        }

        return kind switch
        {
            RaftMessageKind.PreVote or RaftMessageKind.Vote => ReadVote(ref reader, common),
            RaftMessageKind.PreVoteAnswer => RaftMessage.PreVoteAnswer(from, to, term, isAccepted),
            RaftMessageKind.VoteAnswer => RaftMessage.VoteAnswer(from, to, term, isAccepted),
            RaftMessageKind.Append => ReadAppend(ref reader, frame, common),
            RaftMessageKind.AppendAnswer => ReadAppendAnswer(ref reader, common),
            RaftMessageKind.Heartbeat when IsIndex(ref reader, out LogIndex commit) =>
                RaftMessage.Heartbeat(from, to, term, commit, reader.ReadUInt64()),
            RaftMessageKind.HeartbeatAnswer => RaftMessage.HeartbeatAnswer(from, to, term, reader.ReadUInt64()),
            RaftMessageKind.TimeoutNow => RaftMessage.TimeoutNow(from, to, term),
            RaftMessageKind.ReadIndex => RaftMessage.ReadIndex(from, to, term, reader.ReadUInt64()),
            RaftMessageKind.ReadIndexAnswer when reader.ReadUInt64() is var context && IsIndex(ref reader, out LogIndex index) =>
                RaftMessage.ReadIndexAnswer(from, to, term, context, isAccepted, index),
            RaftMessageKind.SnapshotOffer when IsIndex(ref reader, out LogIndex last) && last.Value > 0 && IsTermOf(ref reader, last, term, out Term lastTerm) =>
                RaftMessage.SnapshotOffer(from, to, term, last, lastTerm),
            RaftMessageKind.SnapshotAnswer when IsIndex(ref reader, out LogIndex last) && last.Value > 0 =>
                RaftMessage.SnapshotAnswer(from, to, term, last),
            _ => null,
        };
    }

    private static RaftMessage? ReadVote(ref CommandReader reader, Common common)
    {
        if (!IsIndex(ref reader, out LogIndex last) || !IsTermOf(ref reader, last, common.Term, out Term lastTerm))
        {
            return null;
        }

        return common.Kind == RaftMessageKind.PreVote
            ? RaftMessage.PreVote(common.From, common.To, common.Term, last, lastTerm)
            : RaftMessage.Vote(common.From, common.To, common.Term, last, lastTerm, (common.Flags & ForcedFlag) != 0);
    }

    private static RaftMessage? ReadAppendAnswer(ref CommandReader reader, Common common)
    {
        if (!IsIndex(ref reader, out LogIndex index))
        {
            return null;
        }

        if (common.IsAccepted)
        {
            return RaftMessage.Appended(common.From, common.To, common.Term, index);
        }

        return IsIndex(ref reader, out LogIndex hint) && IsTermOf(ref reader, hint, common.Term, out Term hintTerm)
            ? RaftMessage.AppendRejected(common.From, common.To, common.Term, index, hint, hintTerm)
            : null;
    }

    private static RaftMessage? ReadAppend(ref CommandReader reader, ReadOnlyMemory<byte> frame, Common common)
    {
        if (!IsIndex(ref reader, out LogIndex previous) ||
            !IsTermOf(ref reader, previous, common.Term, out Term previousTerm) ||
            !IsIndex(ref reader, out LogIndex commit))
        {
            return null;
        }

        // Every entry has its header in the frame, so that what is allocated is never much longer than what was sent.
        uint count = reader.ReadUInt32();
        if (reader.Failed || count > RaftMessageLimits.MaxEntries || count > reader.Remaining / EntryHeaderBytes)
        {
            return null;
        }

        var entries = new LogRecord[count];
        Term before = previousTerm;
        LogIndex index = previous;
        int bytes = 0;
        for (int at = 0; at < entries.Length; at++)
        {
            var term = new Term(reader.ReadUInt64());
            uint length = reader.ReadUInt32();
            if (reader.Failed || term < before || term.Value == 0 || term > common.Term ||
                length > reader.Remaining || length > RaftMessageLimits.MaxEntryBytes - bytes)
            {
                return null;
            }

            index = index.Next;
            entries[at] = new LogRecord(index, term, frame.Slice(frame.Length - reader.Remaining, (int)length));
            reader.ReadRaw((int)length);
            bytes += (int)length;
            before = term;
        }

        return RaftMessage.Append(common.From, common.To, common.Term, previous, previousTerm, commit, entries);
    }

    private static int FlagsOf(RaftMessageKind kind) => kind switch
    {
        RaftMessageKind.Vote => ForcedFlag,
        RaftMessageKind.PreVoteAnswer or RaftMessageKind.VoteAnswer or RaftMessageKind.AppendAnswer or RaftMessageKind.ReadIndexAnswer => AcceptedFlag,
        _ => 0,
    };

    private static bool IsId(ReplicaId id) => id.Value is >= 1 and <= RaftMessageLimits.MaxNumber;

    private static bool IsIndex(ref CommandReader reader, out LogIndex index)
    {
        index = new LogIndex(reader.ReadUInt64());
        return index.Value <= RaftMessageLimits.MaxNumber;
    }

    /// <summary>The term of an entry of the sender's log: never above the sender's own, and 0 where there is no entry.</summary>
    private static bool IsTermOf(ref CommandReader reader, LogIndex index, Term senders, out Term term)
    {
        term = new Term(reader.ReadUInt64());
        return term <= senders && (index.Value != 0 || term.Value == 0);
    }

    private readonly record struct Common(RaftMessageKind Kind, byte Flags, ReplicaId From, ReplicaId To, Term Term)
    {
        public bool IsAccepted => (Flags & AcceptedFlag) != 0;
    }
}
