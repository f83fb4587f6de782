using System.Buffers.Binary;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Core.Commands;

/// <summary>
/// Entries as bytes: a header of fixed layout, the principal's name, the command. Little-endian, but for 128-bit ids,
/// which are written most significant byte first. Layout in <c>docs/formats/entry.md</c>.
/// </summary>
public static class EntryCodec
{
    /// <summary>Format of the header.</summary>
    public const ushort FormatVersion = 1;

    /// <summary>Bytes before the principal's name.</summary>
    public const int FixedBytes = 168;

    private const int FormatAt = 0;
    private const int SemanticsAt = 2;
    private const int KindAt = 4;
    private const int CauseAt = 5;
    private const int PrincipalKindAt = 6;
    private const int PrincipalLengthAt = 7;
    private const int ClusterAt = 8;
    private const int ShardAt = 24;
    private const int ReplicaSetAt = 28;
    private const int EpochAt = 32;
    private const int OriginAt = 36;
    private const int SequenceAt = 40;
    private const int TimeAt = 48;
    private const int KeyAt = 56;
    private const int GenerationAt = 60;
    private const int RangeAt = 64;
    private const int ContainerAt = 72;
    private const int LsnAt = 80;
    private const int OperationsAt = 88;
    private const int ReservedAt = 92;
    private const int ClientAt = 96;
    private const int ClientSequenceAt = 112;
    private const int AnsweredBelowAt = 120;
    private const int RequestHashAt = 128;
    private const int ActivityAt = 144;
    private const int Reserved2At = 160;

    /// <summary>Bytes of an entry's header with its principal; the command follows.</summary>
    public static int HeaderSize(in EntryHeader header) => FixedBytes + header.PrincipalId.Length;

    /// <summary>True for bytes that have the kind where an entry has it; the rest is not looked at.</summary>
    public static bool IsOfKind(ReadOnlySpan<byte> entry, EntryKind kind) =>
        entry.Length >= FixedBytes && entry[KindAt] == (byte)kind;

    /// <summary>Encodes a header.</summary>
    /// <param name="header">With a principal of at most 255 bytes.</param>
    /// <param name="destination">At least <see cref="HeaderSize"/> bytes.</param>
    /// <returns>Bytes written; the command goes right behind.</returns>
    public static int WriteHeader(in EntryHeader header, Span<byte> destination)
    {
        Invariant.Check(header.PrincipalId.Length <= EntryHeader.MaxPrincipalBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[FormatAt..], FormatVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[SemanticsAt..], header.Semantics);
        destination[KindAt] = (byte)header.Kind;
        destination[CauseAt] = (byte)header.Cause;
        destination[PrincipalKindAt] = (byte)header.PrincipalKind;
        destination[PrincipalLengthAt] = (byte)header.PrincipalId.Length;
        Stamp(destination, new LeaderStamp(
            header.Cluster, header.Shard, header.ReplicaSet, header.Epoch, header.Origin, header.Sequence, header.Time,
            header.Key));
        BinaryPrimitives.WriteUInt32LittleEndian(destination[GenerationAt..], header.Generation.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[RangeAt..], header.Range.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[ContainerAt..], header.Container.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[LsnAt..], header.Lsn.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[OperationsAt..], header.Operations);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[ReservedAt..], 0);
        header.Idempotency.Client.Write(destination[ClientAt..]);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[ClientSequenceAt..], header.Idempotency.Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[AnsweredBelowAt..], header.Idempotency.AnsweredBelow);
        header.Idempotency.Hash.Write(destination[RequestHashAt..]);
        header.Activity.Write(destination[ActivityAt..]);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[Reserved2At..], 0);
        header.PrincipalId.Span.CopyTo(destination[FixedBytes..]);
        return HeaderSize(header);
    }

    /// <summary>Encodes an entry into an array of its own.</summary>
    public static byte[] Encode(in EntryHeader header, ReadOnlySpan<byte> command)
    {
        byte[] entry = new byte[HeaderSize(header) + command.Length];
        command.CopyTo(entry.AsSpan(WriteHeader(header, entry)));
        return entry;
    }

    /// <summary>Writes the leader's part into an encoded entry, which must not be shared yet.</summary>
    public static void Stamp(Span<byte> entry, in LeaderStamp stamp)
    {
        Invariant.Check(entry.Length >= FixedBytes);
        stamp.Cluster.Write(entry[ClusterAt..]);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[ShardAt..], stamp.Shard.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[ReplicaSetAt..], stamp.ReplicaSet.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[EpochAt..], stamp.Epoch.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[OriginAt..], stamp.Origin.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[SequenceAt..], stamp.Sequence.Value);
        BinaryPrimitives.WriteInt64LittleEndian(entry[TimeAt..], stamp.Time.UtcTicks);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[KeyAt..], stamp.Key.Value);
    }

    /// <summary>Reads a header and finds the command.</summary>
    /// <param name="entry">Any bytes; header and command refer to them.</param>
    /// <param name="header">The header.</param>
    /// <param name="command">What follows it; may be empty.</param>
    /// <returns>
    /// Null, or why not: Unsupported for a format or semantics version not known here, Corrupt for anything else.
    /// </returns>
    public static NacreError? Decode(
        ReadOnlyMemory<byte> entry, out EntryHeader header, out ReadOnlyMemory<byte> command)
    {
        header = default;
        command = default;
        ReadOnlySpan<byte> bytes = entry.Span;
        if (bytes.Length < FixedBytes)
        {
            return Corrupt("it is shorter than a header");
        }

        ushort format = BinaryPrimitives.ReadUInt16LittleEndian(bytes[FormatAt..]);
        ushort semantics = BinaryPrimitives.ReadUInt16LittleEndian(bytes[SemanticsAt..]);
        if (format != FormatVersion || semantics is 0 or > EntryHeader.CurrentSemantics)
        {
            return new NacreError(ErrorCode.Unsupported,
                $"An entry has format {format} and semantics {semantics}; this program knows {FormatVersion} and {EntryHeader.CurrentSemantics}.");
        }

        int principalLength = bytes[PrincipalLengthAt];
        long ticks = BinaryPrimitives.ReadInt64LittleEndian(bytes[TimeAt..]);
        if (bytes[KindAt] > (byte)EntryKind.Control ||
            bytes[CauseAt] > (byte)EntryCause.System ||
            bytes[PrincipalKindAt] > (byte)PrincipalKind.Node ||
            bytes.Length < FixedBytes + principalLength ||
            ticks < 0 || ticks > DateTimeOffset.MaxValue.Ticks ||
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[ReservedAt..]) != 0 ||
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[Reserved2At..]) != 0)
        {
            return Corrupt("its header has values that no writer gives");
        }

        header = new EntryHeader
        {
            Semantics = semantics,
            Kind = (EntryKind)bytes[KindAt],
            Cause = (EntryCause)bytes[CauseAt],
            PrincipalKind = (PrincipalKind)bytes[PrincipalKindAt],
            PrincipalId = entry.Slice(FixedBytes, principalLength),
            Cluster = ClusterId.Read(bytes[ClusterAt..]),
            Shard = new ShardId(BinaryPrimitives.ReadUInt32LittleEndian(bytes[ShardAt..])),
            ReplicaSet = new ReplicaSetGeneration(BinaryPrimitives.ReadUInt32LittleEndian(bytes[ReplicaSetAt..])),
            Epoch = new WriteEpoch(BinaryPrimitives.ReadUInt32LittleEndian(bytes[EpochAt..])),
            Origin = new RegionId(BinaryPrimitives.ReadUInt32LittleEndian(bytes[OriginAt..])),
            Sequence = new Sequence(BinaryPrimitives.ReadUInt64LittleEndian(bytes[SequenceAt..])),
            Time = new DateTimeOffset(ticks, TimeSpan.Zero),
            Key = new DataKeyId(BinaryPrimitives.ReadUInt32LittleEndian(bytes[KeyAt..])),
            Generation = new RangeGeneration(BinaryPrimitives.ReadUInt32LittleEndian(bytes[GenerationAt..])),
            Range = new RangeId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[RangeAt..])),
            Container = new ContainerId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[ContainerAt..])),
            Lsn = new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(bytes[LsnAt..])),
            Operations = BinaryPrimitives.ReadUInt32LittleEndian(bytes[OperationsAt..]),
            Idempotency = new IdempotencyKey(
                ClientId.Read(bytes[ClientAt..]),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[ClientSequenceAt..]),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[AnsweredBelowAt..]),
                RequestHash.Read(bytes[RequestHashAt..])),
            Activity = ActivityId.Read(bytes[ActivityAt..]),
        };
        command = entry[(FixedBytes + principalLength)..];
        return null;
    }

    private static NacreError Corrupt(string why) => new(ErrorCode.Corrupt, $"An entry cannot be read: {why}.");
}
