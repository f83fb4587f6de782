using CsCheck;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;
using Nacre.Replication.Transport;

namespace Nacre.Replication.Tests.Transport;

/// <summary>Frames of replica messages: what they look like, that they come back, and that a hostile peer gains nothing.</summary>
[TestFixture]
internal sealed class RaftMessageCodecTests
{
    private const string GoldenName = "replica-messages-v1.bin";

    private static readonly Gen<ulong> Number = Gen.ULong[0, 1_000];

    private static readonly Gen<ShardMessage> AnyMessage =
        from kind in Gen.Int[1, 13]
        from term in Gen.ULong[1, RaftMessageLimits.MaxNumber]
        from index in Number
        from logTerm in Gen.ULong[1, 3]
        from other in Number
        from context in Gen.ULong
        from isYes in Gen.Bool
        from entries in Gen.Byte.Array[0, 40].Array[0, 5]
        from shard in Gen.UInt
        select new ShardMessage(
            new ShardId(shard),
            Make((RaftMessageKind)kind, new Term(term + 3 <= RaftMessageLimits.MaxNumber ? term + 3 : term), index, logTerm, other, context, isYes, entries));

    [Test]
    public void Encode_EachKind_GivesTheGoldenBytes()
    {
        byte[] actual = RaftMessageCodec.Encode(OneOfEach());
        if (Environment.GetEnvironmentVariable("NACRE_WRITE_GOLDEN") == "1")
        {
            File.WriteAllBytes(Path.Combine(SourceFolder(), "Golden", GoldenName), actual);
        }

        Assert.That(actual, Is.EqualTo(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", GoldenName))),
            "the bytes changed: a format change needs a new version");
    }

    [Test]
    public void Decode_WhatWasEncoded_GivesTheSame() =>
        AnyMessage.Array[1, 20].Sample(messages =>
        {
            Result<ShardMessage[]> read = RaftMessageCodec.Decode(RaftMessageCodec.Encode(messages));
            return read.IsOk && Same(messages, read.Value);
        });

    [Test]
    public void Decode_AnyCutOrLongerFrame_IsRefused()
    {
        byte[] frame = RaftMessageCodec.Encode(OneOfEach());

        Assert.Multiple(() =>
        {
            for (int length = 0; length < frame.Length; length++)
            {
                Assert.That(RaftMessageCodec.Decode(frame.AsMemory(0, length)).Error?.Code, Is.EqualTo(ErrorCode.Corrupt), $"cut at {length}");
            }

            Assert.That(RaftMessageCodec.Decode((byte[])[.. frame, 0]).Error?.Code, Is.EqualTo(ErrorCode.Corrupt));
        });
    }

    /// <summary>Whatever is read can be written again and is the same bytes: there is one encoding of each message.</summary>
    [Test]
    public void Decode_ChangedBytes_IsRefusedOrCanonical() =>
        Gen.Select(AnyMessage.Array[1, 5], Gen.Int[0, 100_000].Array[1, 4], Gen.Byte.Array[4]).Sample((messages, places, values) =>
        {
            byte[] frame = RaftMessageCodec.Encode(messages);
            for (int at = 0; at < places.Length; at++)
            {
                frame[places[at] % frame.Length] = values[at];
            }

            Result<ShardMessage[]> read = RaftMessageCodec.Decode(frame);
            return !read.IsOk || RaftMessageCodec.Encode(read.Value).AsSpan().SequenceEqual(frame);
        }, iter: 20_000);

    [Test]
    public void Decode_RandomBytes_NeverThrows() =>
        Gen.Byte.Array[0, 200].Sample(
            bytes =>
            {
                // The header's first bytes are right, so that what follows is looked at.
                byte[] header = [RaftMessageCodec.FormatVersion, 0];
                header.AsSpan(0, Math.Min(header.Length, bytes.Length)).CopyTo(bytes);

                return RaftMessageCodec.Decode(bytes) is { IsOk: true } or { Error.Code: ErrorCode.Corrupt };
            },
            iter: 20_000);

    [Test]
    public void Decode_LaterVersion_IsUnsupported()
    {
        byte[] frame = RaftMessageCodec.Encode(OneOfEach());
        frame[0] = RaftMessageCodec.FormatVersion + 1;

        Assert.That(RaftMessageCodec.Decode(frame).Error?.Code, Is.EqualTo(ErrorCode.Unsupported));
    }

    [Test]
    public void Decode_TooLongFrame_IsTooLarge() =>
        Assert.That(RaftMessageCodec.Decode(new byte[RaftMessageLimits.MaxFrameBytes + 1]).Error?.Code, Is.EqualTo(ErrorCode.TooLarge));

    [TestCase(0UL, 5UL, TestName = "Decode_EntryOfTermZero_IsRefused")]
    [TestCase(4UL, 3UL, TestName = "Decode_EntryTermsThatFall_IsRefused")]
    [TestCase(4UL, 9UL, TestName = "Decode_EntryAboveTheSendersTerm_IsRefused")]
    public void Decode_BadEntryTerms_AreRefused(ulong first, ulong second)
    {
        LogRecord[] entries = [Entry(8, first, 1), Entry(9, second, 2)];

        Assert.That(Decode(RaftMessage.Append(new(1), new(2), new(6), new(7), default, new(7), entries)).Error?.Code, Is.EqualTo(ErrorCode.Corrupt));
    }

    [Test]
    public void Decode_WhatNoReplicaSays_IsRefused()
    {
        var tooHigh = new LogIndex(RaftMessageLimits.MaxNumber + 1);
        RaftMessage[] impossible =
        [
            RaftMessage.TimeoutNow(new(0), new(2), new(1)),
            RaftMessage.TimeoutNow(new(2), new(2), new(1)),
            RaftMessage.TimeoutNow(new(1), new(2), new(0)),
            RaftMessage.TimeoutNow(new(1), new(2), new(RaftMessageLimits.MaxNumber + 1)),
            RaftMessage.VoteAnswer(new(1), new(2), new(0), isGranted: true),
            RaftMessage.Vote(new(1), new(2), new(3), new(5), new(4), isForced: false),
            RaftMessage.Vote(new(1), new(2), new(3), default, new(1), isForced: false),
            RaftMessage.Heartbeat(new(1), new(2), new(3), tooHigh, 1),
            RaftMessage.AppendRejected(new(1), new(2), new(3), new(4), tooHigh, new(1)),
            RaftMessage.SnapshotOffer(new(1), new(2), new(3), default, default),
            RaftMessage.SnapshotOffer(new(1), new(2), new(3), new(5), new(4)),
            RaftMessage.SnapshotAnswer(new(1), new(2), new(3), default),
        ];

        Assert.That(impossible.Select(message => Decode(message).Error?.Code), Is.All.EqualTo(ErrorCode.Corrupt));
    }

    /// <summary>A frame that promises many entries and brings none takes no memory for them.</summary>
    [Test]
    public void Decode_ManyPromisedEntries_AllocatesNothingForThem()
    {
        byte[] frame = RaftMessageCodec.Encode([new(new(1), RaftMessage.Append(new(1), new(2), new(3), default, default, default, default))]);
        frame.AsSpan(^4).Clear();
        frame[^2] = 1;
        RaftMessageCodec.Decode(frame);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Result<ShardMessage[]> read = RaftMessageCodec.Decode(frame);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.That(read.Error?.Code, Is.EqualTo(ErrorCode.Corrupt));
        Assert.That(allocated, Is.LessThan(2_048));
    }

    [Test]
    public void Decode_LargestEntry_IsRead()
    {
        LogRecord[] entries = [new(new(1), new(1), new byte[RaftMessageLimits.MaxEntryBytes])];

        Assert.That(Decode(RaftMessage.Append(new(1), new(2), new(1), default, default, default, entries)).IsOk, Is.True);
    }

    [Test]
    public void Decode_MoreEntryBytesThanOneMessageMayHold_IsRefused()
    {
        LogRecord[] entries = [new(new(1), new(1), new byte[RaftMessageLimits.MaxEntryBytes]), Entry(2, 1, 1)];

        Assert.That(Decode(RaftMessage.Append(new(1), new(2), new(1), default, default, default, entries)).Error?.Code, Is.EqualTo(ErrorCode.Corrupt));
    }

    private static Result<ShardMessage[]> Decode(RaftMessage message) =>
        RaftMessageCodec.Decode(RaftMessageCodec.Encode([new ShardMessage(new ShardId(1), message)]));

    private static ShardMessage[] OneOfEach() =>
    [
        .. Enumerable.Range(1, 13).SelectMany(kind => new[] { false, true }.Select(isYes => new ShardMessage(
            new ShardId((uint)kind), Make((RaftMessageKind)kind, new Term(9), 5, 3, 7, 0x1122334455667788, isYes, [[1, 2, 3], [], [4]])))),
    ];

    private static RaftMessage Make(
        RaftMessageKind kind, Term term, ulong index, ulong logTerm, ulong other, ulong context, bool isYes, byte[][] entries)
    {
        ReplicaId from = new(1 + other), to = new(2 + other + index);
        var at = new LogIndex(index);
        var atTerm = new Term(index == 0 ? 0 : Math.Min(logTerm, term.Value));
        var hint = new LogIndex(other);
        return kind switch
        {
            RaftMessageKind.PreVote => RaftMessage.PreVote(from, to, term, at, atTerm),
            RaftMessageKind.PreVoteAnswer => RaftMessage.PreVoteAnswer(from, to, isYes ? term : default, isYes),
            RaftMessageKind.Vote => RaftMessage.Vote(from, to, term, at, atTerm, isYes),
            RaftMessageKind.VoteAnswer => RaftMessage.VoteAnswer(from, to, term, isYes),
            RaftMessageKind.Append => RaftMessage.Append(from, to, term, at, atTerm, hint,
                entries.Select((bytes, n) => new LogRecord(new(index + 1 + (ulong)n), term, bytes)).ToArray()),
            RaftMessageKind.AppendAnswer when isYes => RaftMessage.Appended(from, to, term, at),
            RaftMessageKind.AppendAnswer => RaftMessage.AppendRejected(from, to, term, at, hint, other == 0 ? default : new Term(1)),
            RaftMessageKind.Heartbeat => RaftMessage.Heartbeat(from, to, term, at, context),
            RaftMessageKind.HeartbeatAnswer => RaftMessage.HeartbeatAnswer(from, to, term, context),
            RaftMessageKind.TimeoutNow => RaftMessage.TimeoutNow(from, to, term),
            RaftMessageKind.ReadIndex => RaftMessage.ReadIndex(from, to, term, context),
            RaftMessageKind.SnapshotOffer => RaftMessage.SnapshotOffer(from, to, term, at.Next, new Term(Math.Min(logTerm, term.Value))),
            RaftMessageKind.SnapshotAnswer => RaftMessage.SnapshotAnswer(from, to, term, at.Next),
            _ => RaftMessage.ReadIndexAnswer(from, to, term, context, isYes, at),
        };
    }

    private static LogRecord Entry(ulong index, ulong term, byte content) => new(new(index), new(term), new[] { content });

    private static bool Same(ShardMessage[] left, ShardMessage[] right) =>
        left.Length == right.Length && left.Zip(right).All(pair => Same(pair.First.Message, pair.Second.Message) && pair.First.Shard == pair.Second.Shard);

    private static bool Same(RaftMessage left, RaftMessage right) =>
        (left.Kind, left.From, left.To, left.Term, left.Index, left.LogTerm) == (right.Kind, right.From, right.To, right.Term, right.Index, right.LogTerm) &&
        (left.Commit, left.Hint, left.IsAccepted, left.IsForced, left.Context) == (right.Commit, right.Hint, right.IsAccepted, right.IsForced, right.Context) &&
        left.Entries.ToArray().Select(Text).SequenceEqual(right.Entries.ToArray().Select(Text));

    private static string Text(LogRecord record) => $"{record.Index} {record.Term} {Convert.ToHexString(record.Entry.Span)}";

    private static string SourceFolder([System.Runtime.CompilerServices.CallerFilePath] string path = "") =>
        Path.GetDirectoryName(Path.GetDirectoryName(path))!;
}
