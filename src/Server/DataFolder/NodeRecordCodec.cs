using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Server.DataFolder;

/// <summary>The bytes of the file <c>node</c>. Layout in <c>docs/formats/node.md</c>.</summary>
internal static class NodeRecordCodec
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const ushort FormatVersion = 1;

    /// <summary>Longer files are no node files.</summary>
    public const int MaxFileBytes = HeaderBytes + (NodeRecord.MaxDataShards + 1) * PointBytes + HashBytes;

    private const int HeaderBytes = 72;
    private const int PointBytes = 40;
    private const int HashBytes = SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Magic => "NACRNODE"u8;

    /// <summary>Writes a record.</summary>
    public static byte[] Encode(NodeRecord record)
    {
        byte[] file = new byte[HeaderBytes + record.Points.Length * PointBytes + HashBytes];
        Magic.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), FormatVersion);
        file[10] = (byte)record.State;
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(12), record.DataShards);
        record.Cluster.Write(file.AsSpan(16));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(32), record.Node.Value);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(36), record.Points.Length);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(40), record.CreatedMs);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(48), record.Starts);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(56), record.KeyRingGeneration);

        Span<byte> rest = file.AsSpan(HeaderBytes);
        foreach (ShardPoint point in record.Points)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, point.Shard.Value);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[8..], point.LastIndex.Value);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[16..], point.LastTerm.Value);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[24..], point.Applied.Value);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[32..], point.RunningHash);
            rest = rest[PointBytes..];
        }

        SHA256.HashData(file.AsSpan(0, file.Length - HashBytes), rest);
        return file;
    }

    /// <summary>Reads a record.</summary>
    /// <returns>Errors: <see cref="ErrorCode.Corrupt"/>, and <see cref="ErrorCode.Unsupported"/> for another format version.</returns>
    public static Result<NodeRecord> Decode(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderBytes + HashBytes || !file.StartsWith(Magic))
        {
            return Corrupt("it does not begin as a node file does");
        }

        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        if (version != FormatVersion)
        {
            return new NacreError(ErrorCode.Unsupported,
                $"The node file has format version {version}; this program reads version {FormatVersion}.");
        }

        Span<byte> hash = stackalloc byte[HashBytes];
        SHA256.HashData(file[..^HashBytes], hash);
        if (!file[^HashBytes..].SequenceEqual(hash))
        {
            return Corrupt("its closing hash does not match");
        }

        int points = BinaryPrimitives.ReadInt32LittleEndian(file[36..]);
        int shards = BinaryPrimitives.ReadInt32LittleEndian(file[12..]);
        var state = (NodeState)file[10];
        if (state > NodeState.OlderCopy ||
            shards is < 1 or > NodeRecord.MaxDataShards ||
            points != (state == NodeState.Clean ? shards + 1 : 0) ||
            file.Length != HeaderBytes + points * PointBytes + HashBytes)
        {
            return Corrupt("its counts contradict each other");
        }

        return new NodeRecord(
            state,
            ClusterId.Read(file[16..]),
            new NodeId(BinaryPrimitives.ReadUInt32LittleEndian(file[32..])),
            shards,
            BinaryPrimitives.ReadInt64LittleEndian(file[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(file[48..]),
            BinaryPrimitives.ReadUInt64LittleEndian(file[56..]),
            DecodePoints(file[HeaderBytes..^HashBytes], points));
    }

    private static ImmutableArray<ShardPoint> DecodePoints(ReadOnlySpan<byte> rest, int count)
    {
        ImmutableArray<ShardPoint>.Builder points = ImmutableArray.CreateBuilder<ShardPoint>(count);
        for (; points.Count < count; rest = rest[PointBytes..])
        {
            points.Add(new ShardPoint(
                new ShardId(BinaryPrimitives.ReadUInt32LittleEndian(rest)),
                new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(rest[8..])),
                new Term(BinaryPrimitives.ReadUInt64LittleEndian(rest[16..])),
                new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(rest[24..])),
                BinaryPrimitives.ReadUInt64LittleEndian(rest[32..])));
        }

        return points.MoveToImmutable();
    }

    private static NacreError Corrupt(string what) => new(ErrorCode.Corrupt, $"The node file is damaged: {what}.");
}
