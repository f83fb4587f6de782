using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Replication.Membership;

namespace Nacre.Server.DataFolder;

/// <summary>
/// The file <c>remembered</c> of a data folder: how far this node has seen the others' disks come, so that a restart does not
/// forget it. Layout in <c>docs/formats/node.md</c>.
/// </summary>
/// <param name="files">The file system.</param>
/// <param name="path">The file.</param>
/// <remarks>Used by one thread at a time. Methods throw <see cref="StorageFaultException"/> when the disk refuses.</remarks>
public sealed class RememberedFile(IFileSystem files, string path)
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const ushort FormatVersion = 1;

    private const int MaxFileBytes = 16 << 20;
    private const int HeaderBytes = 16;
    private const int NodeBytes = 16;
    private const int ShardBytes = 40;
    private const int HashBytes = SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Magic => "NACRSEEN"u8;

    /// <summary>Reads it.</summary>
    /// <returns>By node; empty where there is no file. Errors: <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>: it is then as good as none.</returns>
    public Result<ImmutableSortedDictionary<NodeId, RememberedNode>> Read()
    {
        if (!files.FileExists(path))
        {
            return ImmutableSortedDictionary<NodeId, RememberedNode>.Empty;
        }

        using IStorageFile file = files.Open(path, StorageFileMode.Existing);
        byte[] content = new byte[Math.Min(file.Length, MaxFileBytes)];
        int read = file.Read(0, content);
        return Decode(content.AsSpan(0, read));
    }

    /// <summary>Replaces it; durable on return.</summary>
    public void Write(IReadOnlyDictionary<NodeId, RememberedNode> nodes)
    {
        string next = path + ".new";
        files.Delete(next);
        using (IStorageFile file = files.Open(next, StorageFileMode.New))
        {
            file.Write(0, Encode(nodes));
            file.Flush();
        }

        files.Rename(next, path);
        files.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>The file's bytes.</summary>
    internal static byte[] Encode(IReadOnlyDictionary<NodeId, RememberedNode> nodes)
    {
        byte[] file = new byte[HeaderBytes + nodes.Values.Sum(node => NodeBytes + node.Shards.Count * ShardBytes) + HashBytes];
        Magic.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(12), nodes.Count);
        Span<byte> rest = file.AsSpan(HeaderBytes);
        foreach ((NodeId id, RememberedNode node) in nodes.OrderBy(each => each.Key))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, id.Value);
            BinaryPrimitives.WriteInt32LittleEndian(rest[4..], node.Shards.Count);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[8..], node.Starts);
            rest = rest[NodeBytes..];
            foreach ((ShardId shard, DurableMark mark) in node.Shards)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(rest, shard.Value);
                BinaryPrimitives.WriteUInt64LittleEndian(rest[8..], mark.Term.Value);
                BinaryPrimitives.WriteUInt64LittleEndian(rest[16..], mark.Index.Value);
                BinaryPrimitives.WriteUInt64LittleEndian(rest[24..], mark.LedTerm.Value);
                BinaryPrimitives.WriteUInt64LittleEndian(rest[32..], mark.Acknowledged.Value);
                rest = rest[ShardBytes..];
            }
        }

        SHA256.HashData(file.AsSpan(0, file.Length - HashBytes), rest);
        return file;
    }

    /// <summary>Reads the file's bytes.</summary>
    internal static Result<ImmutableSortedDictionary<NodeId, RememberedNode>> Decode(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderBytes + HashBytes || !file.StartsWith(Magic))
        {
            return Corrupt("it does not begin as it should");
        }

        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        if (version != FormatVersion)
        {
            return new NacreError(ErrorCode.Unsupported, $"What is remembered of other nodes has format version {version}; this program reads version {FormatVersion}.");
        }

        Span<byte> hash = stackalloc byte[HashBytes];
        SHA256.HashData(file[..^HashBytes], hash);
        if (!file[^HashBytes..].SequenceEqual(hash))
        {
            return Corrupt("its closing hash does not match");
        }

        ImmutableSortedDictionary<NodeId, RememberedNode>.Builder nodes = ImmutableSortedDictionary.CreateBuilder<NodeId, RememberedNode>();
        int count = BinaryPrimitives.ReadInt32LittleEndian(file[12..]);
        ReadOnlySpan<byte> rest = file[HeaderBytes..^HashBytes];
        for (int each = 0; each < count; each++)
        {
            if (rest.Length < NodeBytes ||
                BinaryPrimitives.ReadInt32LittleEndian(rest[4..]) is var shards && (shards < 0 || shards > (rest.Length - NodeBytes) / ShardBytes))
            {
                return Corrupt("its counts contradict its length");
            }

            var id = new NodeId(BinaryPrimitives.ReadUInt32LittleEndian(rest));
            ulong starts = BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]);
            nodes[id] = new RememberedNode(starts, DecodeShards(rest[NodeBytes..], shards));
            rest = rest[(NodeBytes + shards * ShardBytes)..];
        }

        return rest.IsEmpty ? nodes.ToImmutable() : Corrupt("its counts contradict its length");
    }

    private static ImmutableSortedDictionary<ShardId, DurableMark> DecodeShards(ReadOnlySpan<byte> rest, int count)
    {
        ImmutableSortedDictionary<ShardId, DurableMark>.Builder shards = ImmutableSortedDictionary.CreateBuilder<ShardId, DurableMark>();
        for (; count > 0; count--)
        {
            shards[new ShardId(BinaryPrimitives.ReadUInt32LittleEndian(rest))] = new DurableMark(
                new Term(BinaryPrimitives.ReadUInt64LittleEndian(rest[8..])),
                new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(rest[16..])),
                new Term(BinaryPrimitives.ReadUInt64LittleEndian(rest[24..])),
                new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(rest[32..])));
            rest = rest[ShardBytes..];
        }

        return shards.ToImmutable();
    }

    private static NacreError Corrupt(string what) => new(ErrorCode.Corrupt, $"What is remembered of other nodes is damaged: {what}.");
}
