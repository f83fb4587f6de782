using System.Buffers.Binary;
using Nacre.Core;
using Nacre.Core.Log;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Transport;

/// <summary>Frames of replica messages as bytes. Layout in <c>docs/formats/replica-messages.md</c>.</summary>
/// <remarks>Thread-safe: it keeps nothing.</remarks>
public static partial class RaftMessageCodec
{
    /// <summary>Version of the layout, a frame's first byte.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Bytes of a frame before its first message.</summary>
    public const int HeaderBytes = 4;

    /// <summary>Bytes that stand before each entry: term and length.</summary>
    internal const int EntryHeaderBytes = 12;

    /// <summary>Shard, kind, flags, sender, receiver, term.</summary>
    internal const int CommonBytes = 30;

    internal const byte AcceptedFlag = 1;
    internal const byte ForcedFlag = 2;

    /// <summary>Bytes that a message takes in a frame.</summary>
    /// <param name="message">Any message.</param>
    public static int SizeOf(in RaftMessage message)
    {
        int size = CommonBytes + (sizeof(ulong) * NumbersOf(message.Kind, message.IsAccepted));
        if (message.Kind == RaftMessageKind.Append)
        {
            size += sizeof(uint);
            foreach (LogRecord record in message.Entries.Span)
            {
                size = checked(size + EntryHeaderBytes + record.Entry.Length);
            }
        }

        return size;
    }

    /// <summary>Encodes a frame.</summary>
    /// <param name="messages">1 to <see cref="RaftMessageLimits.MaxMessages"/>, together at most
    /// <see cref="RaftMessageLimits.MaxFrameBytes"/> with the header.</param>
    public static byte[] Encode(ReadOnlySpan<ShardMessage> messages)
    {
        Invariant.Check(messages.Length is >= 1 and <= RaftMessageLimits.MaxMessages);
        int size = HeaderBytes;
        foreach (ref readonly ShardMessage message in messages)
        {
            size = checked(size + SizeOf(message.Message));
        }

        Invariant.Check(size <= RaftMessageLimits.MaxFrameBytes);
        byte[] frame = new byte[size];
        frame[0] = FormatVersion;
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(2), (ushort)messages.Length);
        Span<byte> rest = frame.AsSpan(HeaderBytes);
        foreach (ref readonly ShardMessage message in messages)
        {
            rest = Write(rest, message);
        }

        Invariant.Check(rest.IsEmpty);
        return frame;
    }

    /// <summary>How many numbers follow the common part.</summary>
    internal static int NumbersOf(RaftMessageKind kind, bool isAccepted) => kind switch
    {
        RaftMessageKind.PreVote or RaftMessageKind.Vote or RaftMessageKind.SnapshotOffer => 2,
        RaftMessageKind.Append => 3,
        RaftMessageKind.AppendAnswer => isAccepted ? 1 : 3,
        RaftMessageKind.Heartbeat or RaftMessageKind.ReadIndexAnswer => 2,
        RaftMessageKind.HeartbeatAnswer or RaftMessageKind.ReadIndex or RaftMessageKind.SnapshotAnswer => 1,
        _ => 0,
    };

    private static Span<byte> Write(Span<byte> rest, in ShardMessage shardMessage)
    {
        RaftMessage message = shardMessage.Message;
        BinaryPrimitives.WriteUInt32LittleEndian(rest, shardMessage.Shard.Value);
        rest[4] = (byte)message.Kind;
        rest[5] = (byte)((message.IsAccepted ? AcceptedFlag : 0) | (message.IsForced ? ForcedFlag : 0));
        rest = Number(Number(Number(rest[6..], message.From.Value), message.To.Value), message.Term.Value);
        switch (message.Kind)
        {
            case RaftMessageKind.PreVote or RaftMessageKind.Vote or RaftMessageKind.SnapshotOffer:
                return Number(Number(rest, message.Index.Value), message.LogTerm.Value);
            case RaftMessageKind.Append:
                rest = Number(Number(Number(rest, message.Index.Value), message.LogTerm.Value), message.Commit.Value);
                return WriteEntries(rest, message.Entries.Span);
            case RaftMessageKind.AppendAnswer when message.IsAccepted:
            case RaftMessageKind.SnapshotAnswer:
                return Number(rest, message.Index.Value);
            case RaftMessageKind.AppendAnswer:
                return Number(Number(Number(rest, message.Index.Value), message.Hint.Value), message.LogTerm.Value);
            case RaftMessageKind.Heartbeat:
                return Number(Number(rest, message.Commit.Value), message.Context);
            case RaftMessageKind.HeartbeatAnswer or RaftMessageKind.ReadIndex:
                return Number(rest, message.Context);
            case RaftMessageKind.ReadIndexAnswer:
                return Number(Number(rest, message.Context), message.Index.Value);
            default:
                return rest;
        }
    }

    private static Span<byte> WriteEntries(Span<byte> rest, ReadOnlySpan<LogRecord> entries)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)entries.Length);
        rest = rest[sizeof(uint)..];
        foreach (LogRecord record in entries)
        {
            rest = Number(rest, record.Term.Value);
            BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)record.Entry.Length);
            record.Entry.Span.CopyTo(rest[sizeof(uint)..]);
            rest = rest[(sizeof(uint) + record.Entry.Length)..];
        }

        return rest;
    }

    private static Span<byte> Number(Span<byte> rest, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(rest, value);
        return rest[sizeof(ulong)..];
    }
}
