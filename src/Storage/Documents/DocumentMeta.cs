using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Records;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <summary>
/// What a data shard's checkpoint holds beside the records: the state machine's own bytes in the manifest. Laid out in
/// <c>docs/formats/documents.md</c>.
/// </summary>
internal sealed record DocumentMeta
{
    /// <summary>First two bytes. Version 1, which is read as well, has no replica set.</summary>
    public const ushort FormatVersion = 2;

    private const ushort WithoutReplicaSet = 1;

    /// <summary>The last applied command.</summary>
    public Sequence Sequence { get; init; }

    /// <summary>The greatest leader time applied.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The running hash.</summary>
    public ulong RunningHash { get; init; }

    /// <summary>The next tree node's number.</summary>
    public ulong NextNode { get; init; } = 1;

    /// <summary>The next range's tablet.</summary>
    public uint NextTablet { get; init; } = 1;

    /// <summary>The replica set of the last applied configuration entry; null before the first.</summary>
    public LoggedReplicaSet? ReplicaSet { get; init; }

    /// <summary>Root of the item tree.</summary>
    public TreeRoot Items { get; init; }

    /// <summary>Root of the change tree.</summary>
    public TreeRoot Changes { get; init; }

    /// <summary>Tablets of dropped ranges whose tree entries are not all gone yet.</summary>
    public IReadOnlyList<TabletId> Dropping { get; init; } = [];

    /// <summary>The ranges.</summary>
    public RangeTable Ranges { get; init; } = new();

    /// <summary>
    /// Of a decoded meta, what the item tree and then the change tree had buffered, as
    /// <see cref="OrderedIndex.WriteBuffered"/> wrote it.
    /// </summary>
    public ReadOnlyMemory<byte> Buffered { get; init; } = new[] { OrderedIndex.BufferedEnd, OrderedIndex.BufferedEnd };

    /// <summary>Encodes everything.</summary>
    /// <param name="options">Names the shard.</param>
    /// <param name="trees">
    /// The item tree and the change tree, for what they have buffered; none when that is <see cref="Buffered"/>.
    /// </param>
    public byte[] Write(DocumentStoreOptions options, params ReadOnlySpan<OrderedIndex> trees)
    {
        var writer = new CommandWriter();
        writer.WriteUInt16(FormatVersion);
        writer.WriteUInt32(options.Shard.Value);
        writer.WriteUInt128(options.Cluster.Value);
        writer.WriteUInt64(Sequence.Value);
        writer.WriteUInt64((ulong)Time.UtcTicks);
        writer.WriteUInt64(RunningHash);
        writer.WriteUInt64(NextNode);
        writer.WriteUInt32(NextTablet);
        writer.WriteUInt64(ReplicaSet?.Index.Value ?? 0);
        writer.WriteBytes(ReplicaSet is { } logged ? ReplicaSetCodec.Encode(logged.Set) : default);
        WriteRoot(Items, writer);
        WriteRoot(Changes, writer);
        writer.WriteUInt32((uint)Dropping.Count);
        foreach (TabletId tablet in Dropping)
        {
            writer.WriteUInt32(tablet.Value);
        }

        // In order of tablets: the same state gives the same bytes.
        RangeState[] ranges = [.. Ranges.All.OrderBy(range => range.Tablet.Value)];
        writer.WriteUInt32((uint)ranges.Length);
        foreach (RangeState range in ranges)
        {
            RangeCommand.WriteDefinition(range.Definition, writer);
            writer.WriteUInt32(range.Tablet.Value);
            writer.WriteUInt64(range.LsnBase);
            writer.WriteUInt64(range.LastLsn.Value);
            writer.WriteUInt64((ulong)range.Items);
            writer.WriteUInt64((ulong)range.DocumentBytes);
            writer.WriteUInt64((ulong)range.StoredBytes);
            range.Outcomes.Write(writer);
        }

        foreach (OrderedIndex tree in trees)
        {
            tree.WriteBuffered(writer);
        }

        return (trees.IsEmpty ? writer.WriteRaw(Buffered.Span) : writer).ToArray();
    }

    /// <summary>Decodes the state of the checkpoint that a store was opened at.</summary>
    /// <param name="options">Names the shard that it must be of.</param>
    /// <param name="store">Opened, and not written to.</param>
    /// <returns>The meta. Throws <see cref="StorageFaultException"/> for one that makes no sense there.</returns>
    public static DocumentMeta Recover(DocumentStoreOptions options, IShardStore store)
    {
        DocumentMeta meta = Read(options, store.RecoveredMeta);
        return meta.ReplicaSet is { } logged && logged.Index > store.RecoveredIndex
            ? throw Corrupt(options, $"it ends at entry {store.RecoveredIndex}, and names a replica set of entry {logged.Index}")
            : meta;
    }

    /// <summary>Decodes what <see cref="Write"/> encoded.</summary>
    /// <param name="options">Names the shard that it must be of.</param>
    /// <param name="bytes">Empty for a new store.</param>
    /// <returns>The meta. Throws <see cref="StorageFaultException"/> for anything else.</returns>
    public static DocumentMeta Read(DocumentStoreOptions options, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return new DocumentMeta();
        }

        var reader = new CommandReader(bytes.Span);
        ushort format = reader.ReadUInt16();
        if (format is not (FormatVersion or WithoutReplicaSet))
        {
            throw Corrupt(options, $"it has format {format}; this program knows formats up to {FormatVersion}");
        }

        var shard = new ShardId(reader.ReadUInt32());
        var cluster = new ClusterId(reader.ReadUInt128());
        if (shard != options.Shard || cluster != options.Cluster)
        {
            throw Corrupt(options, "it is of another shard or cluster");
        }

        ulong sequence = reader.ReadUInt64();
        ulong time = reader.ReadUInt64();
        ulong hash = reader.ReadUInt64();
        ulong nextNode = reader.ReadUInt64();
        uint nextTablet = reader.ReadUInt32();
        LoggedReplicaSet? replicaSet = null;
        bool good = format == WithoutReplicaSet || TryReadReplicaSet(ref reader, out replicaSet);
        good &= TryReadRoot(ref reader, out TreeRoot items) & TryReadRoot(ref reader, out TreeRoot changes);
        var dropping = new List<TabletId>();
        for (uint left = reader.ReadUInt32(); left > 0 && !reader.Failed; left--)
        {
            dropping.Add(new TabletId(reader.ReadUInt32()));
        }

        var ranges = new RangeTable();
        for (uint left = reader.ReadUInt32(); left > 0 && good; left--)
        {
            good = TryReadRange(ref reader, ranges);
        }

        if (!good || reader.Failed || nextNode == 0 || nextTablet == 0 || time > (ulong)DateTimeOffset.MaxValue.Ticks)
        {
            throw Corrupt(options, "it makes no sense");
        }

        return new DocumentMeta
        {
            Sequence = new Sequence(sequence),
            Time = new DateTimeOffset((long)time, TimeSpan.Zero),
            RunningHash = hash,
            NextNode = nextNode,
            NextTablet = nextTablet,
            ReplicaSet = replicaSet,
            Items = items,
            Changes = changes,
            Dropping = dropping,
            Ranges = ranges,
            Buffered = bytes[^reader.Remaining..],
        };
    }

    /// <summary>Opens the two trees as they were.</summary>
    /// <returns>The trees. Throws <see cref="StorageFaultException"/> when what was buffered makes no sense.</returns>
    public (OrderedIndex Items, OrderedIndex Changes) OpenTrees(
        DocumentStoreOptions options, IRecordStore nodes, NodeAllocator allocator, NodeCache cache)
    {
        var layout = new TreeOptions { NodeBytes = options.NodeBytes };
        var items = new OrderedIndex(DocumentStateMachine.ItemTree, nodes, allocator, cache, layout, Items);
        var changes = new OrderedIndex(DocumentStateMachine.ChangeTree, nodes, allocator, cache, layout, Changes);
        var reader = new CommandReader(Buffered.Span);
        bool good = items.TryReadBuffered(ref reader) && changes.TryReadBuffered(ref reader) && reader.IsAtEnd;
        return good ? (items, changes) : throw Corrupt(options, "what was buffered makes no sense");
    }

    private static bool TryReadReplicaSet(ref CommandReader reader, out LoggedReplicaSet? logged)
    {
        var index = new LogIndex(reader.ReadUInt64());
        ReadOnlySpan<byte> bytes = reader.ReadBytes();
        logged = null;
        if (index == default)
        {
            return bytes.IsEmpty;
        }

        Result<ReplicaSet> set = ReplicaSetCodec.Decode(bytes);
        logged = set.IsOk ? new LoggedReplicaSet(index, set.Value) : null;
        return set.IsOk;
    }

    private static bool TryReadRange(ref CommandReader reader, RangeTable ranges)
    {
        if (!RangeCommand.TryReadDefinition(ref reader, out RangeDefinition? definition))
        {
            return false;
        }

        var tablet = new TabletId(reader.ReadUInt32());
        ulong lsnBase = reader.ReadUInt64();
        var lastLsn = new Lsn(reader.ReadUInt64());
        long items = (long)reader.ReadUInt64();
        long documentBytes = (long)reader.ReadUInt64();
        long storedBytes = (long)reader.ReadUInt64();
        if (RememberedOutcomes.Read(ref reader) is not { } outcomes || ranges.TryGet(definition.Range, out _))
        {
            return false;
        }

        ranges.Add(new RangeState(definition, tablet, lsnBase, outcomes)
        {
            LastLsn = lastLsn,
            Items = items,
            DocumentBytes = documentBytes,
            StoredBytes = storedBytes,
        });
        return items >= 0 && documentBytes >= 0 && storedBytes >= 0;
    }

    private static void WriteRoot(in TreeRoot root, CommandWriter writer)
    {
        Span<byte> bytes = stackalloc byte[TreeRoot.SizeBytes];
        root.Write(bytes);
        writer.WriteBytes(bytes);
    }

    private static bool TryReadRoot(ref CommandReader reader, out TreeRoot root) =>
        TreeRoot.TryRead(reader.ReadBytes(), out root);

    private static StorageFaultException Corrupt(DocumentStoreOptions options, string why) =>
        new(StorageFaultKind.Corrupt, $"manifest of shard {options.Shard}", "state machine",
        $"The checkpoint cannot be read: {why}");
}
