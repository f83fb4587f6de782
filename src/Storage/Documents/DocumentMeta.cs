using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Storage.Indexes;
using Nacre.Storage.Records;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <summary>
/// What a data shard's checkpoint holds beside the records: the state machine's own bytes in the manifest. Laid out in
/// <c>docs/formats/documents.md</c>.
/// </summary>
internal sealed record DocumentMeta
{
    /// <summary>
    /// First two bytes. Versions that are read as well: 1 has no replica set, neither 1 nor 2 has indexes,
    /// and 3 has none of geometries.
    /// </summary>
    public const ushort FormatVersion = 4;

    private const ushort WithoutReplicaSet = 1;
    private const ushort WithoutIndexes = 2;
    private const ushort WithoutSpatial = 3;
    private const byte HasIndex = 1;
    private const byte HasBuilding = 2;

    /// <summary>Trees of a shard, and of one before there were indexes.</summary>
    private const int TreeCount = 4;

    private const int TreeCountWithoutIndexes = 2;

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

    /// <summary>The next index set's id.</summary>
    public uint NextIndexSet { get; init; } = 1;

    /// <summary>Roots of the trees, in the order of <see cref="DocumentTrees.All"/>.</summary>
    public IReadOnlyList<TreeRoot> Roots { get; init; } = new TreeRoot[TreeCount];

    /// <summary>Tablets of dropped ranges whose tree entries are not all gone yet.</summary>
    public IReadOnlyList<TabletId> Dropping { get; init; } = [];

    /// <summary>Index sets that serve nobody any more, and whose entries are not all gone yet.</summary>
    public IReadOnlyList<IndexSetId> DroppingSets { get; init; } = [];

    /// <summary>The ranges.</summary>
    public RangeTable Ranges { get; init; } = new();

    /// <summary>
    /// Of a decoded meta, what the trees had buffered, one behind the other, as
    /// <see cref="OrderedIndex.WriteBuffered"/> wrote it.
    /// </summary>
    public ReadOnlyMemory<byte> Buffered { get; init; } =
        new[] { OrderedIndex.BufferedEnd, OrderedIndex.BufferedEnd, OrderedIndex.BufferedEnd, OrderedIndex.BufferedEnd };

    /// <summary>Encodes everything.</summary>
    /// <param name="options">Names the shard.</param>
    /// <param name="trees">For what they have buffered; null when that is <see cref="Buffered"/>.</param>
    public byte[] Write(DocumentStoreOptions options, DocumentTrees? trees = null)
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
        writer.WriteUInt32(NextIndexSet);
        foreach (TreeRoot root in Roots)
        {
            WriteRoot(root, writer);
        }

        writer.WriteUInt32((uint)DroppingSets.Count);
        foreach (IndexSetId set in DroppingSets)
        {
            writer.WriteUInt32(set.Value);
        }

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
            WriteIndexes(range, writer);
        }

        foreach (OrderedIndex tree in trees?.All ?? [])
        {
            tree.WriteBuffered(writer);
        }

        return (trees is null ? writer.WriteRaw(Buffered.Span) : writer).ToArray();
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
        if (format is not (FormatVersion or WithoutSpatial or WithoutIndexes or WithoutReplicaSet))
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
        bool indexed = format > WithoutIndexes;
        uint nextIndexSet = indexed ? reader.ReadUInt32() : 1;
        var roots = new TreeRoot[TreeCount];
        for (int tree = 0; tree < (indexed ? TreeCount : TreeCountWithoutIndexes); tree++)
        {
            good &= TryReadRoot(ref reader, out roots[tree]);
        }

        var droppingSets = new List<IndexSetId>();
        for (uint left = indexed ? reader.ReadUInt32() : 0; left > 0 && !reader.Failed; left--)
        {
            droppingSets.Add(new IndexSetId(reader.ReadUInt32()));
        }

        var dropping = new List<TabletId>();
        for (uint left = reader.ReadUInt32(); left > 0 && !reader.Failed; left--)
        {
            dropping.Add(new TabletId(reader.ReadUInt32()));
        }

        var ranges = new RangeTable();
        for (uint left = reader.ReadUInt32(); left > 0 && good; left--)
        {
            good = TryReadRange(ref reader, ranges, format);
        }

        if (!good || reader.Failed || nextNode == 0 || nextTablet == 0 || nextIndexSet == 0 || time > (ulong)DateTimeOffset.MaxValue.Ticks)
        {
            throw Corrupt(options, "it makes no sense");
        }

        RenewSets(ranges, ref nextIndexSet, droppingSets);
        return new DocumentMeta
        {
            Sequence = new Sequence(sequence),
            Time = new DateTimeOffset((long)time, TimeSpan.Zero),
            RunningHash = hash,
            NextNode = nextNode,
            NextTablet = nextTablet,
            ReplicaSet = replicaSet,
            NextIndexSet = nextIndexSet,
            Roots = roots,
            Dropping = dropping,
            DroppingSets = droppingSets,
            Ranges = ranges,
            Buffered = indexed
                ? bytes[^reader.Remaining..]
                : (byte[])[.. bytes.Span[^reader.Remaining..], OrderedIndex.BufferedEnd, OrderedIndex.BufferedEnd],
        };
    }

    /// <summary>Opens the trees as they were.</summary>
    /// <returns>The trees. Throws <see cref="StorageFaultException"/> when what was buffered makes no sense.</returns>
    public DocumentTrees OpenTrees(
        DocumentStoreOptions options, IRecordStore nodes, NodeAllocator allocator, NodeCache cache)
    {
        var layout = new TreeOptions { NodeBytes = options.NodeBytes };
        var trees = new DocumentTrees(nodes, allocator, cache, layout, [.. Roots]);
        var reader = new CommandReader(Buffered.Span);
        bool good = true;
        foreach (OrderedIndex tree in trees.All)
        {
            good = good && tree.TryReadBuffered(ref reader);
        }

        return good && reader.IsAtEnd ? trees : throw Corrupt(options, "what was buffered makes no sense");
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

    /// <summary>A set has a policy of its own: while it is built, that of the definition is not the one that serves.</summary>
    private static void WriteIndexes(RangeState range, CommandWriter writer)
    {
        RangeCommand.WriteIndexing(range.Definition.Indexing, writer);
        writer.WriteByte((byte)((range.Index is null ? 0 : HasIndex) | (range.Building is null ? 0 : HasBuilding)));
        foreach (IndexSet set in range.Sets)
        {
            RangeCommand.WriteIndexing(set.Policy, writer);
            set.Write(writer);
        }
    }

    /// <summary>Has sets without the spatial indexes of their policies built anew.</summary>
    private static void RenewSets(RangeTable ranges, ref uint nextIndexSet, List<IndexSetId> dropping)
    {
        foreach (RangeState range in ranges.All.OrderBy(range => range.Tablet.Value))
        {
            if (range.Building is { HasSpatial: false } unfinished)
            {
                dropping.Add(unfinished.Id);
                range.Building = new IndexSet(new IndexSetId(nextIndexSet++), unfinished.Policy, built: []);
            }
            else if (range is { Index: { HasSpatial: false } old, Building: null })
            {
                range.Building = new IndexSet(new IndexSetId(nextIndexSet++), old.Policy, built: []);
            }
        }
    }

    private static bool TryReadIndexes(ref CommandReader reader, RangeState range, bool knowsSpatial)
    {
        if (!RangeCommand.TryReadIndexing(ref reader, out IndexingPolicy? policy))
        {
            return false;
        }

        range.Definition = range.Definition with { Indexing = policy };
        byte sets = reader.ReadByte();
        if (sets > (HasIndex | HasBuilding) || (sets != 0 && policy is null))
        {
            return false;
        }

        range.Index = (sets & HasIndex) != 0 ? ReadSet(ref reader) : null;
        range.Building = (sets & HasBuilding) != 0 ? ReadSet(ref reader) : null;
        return (range.Index is not null) == ((sets & HasIndex) != 0) && range.Index is not { IsReady: false } &&
            (range.Building is not null) == ((sets & HasBuilding) != 0) && range.Building is not { IsReady: true };

        IndexSet? ReadSet(ref CommandReader reader) =>
            RangeCommand.TryReadIndexing(ref reader, out IndexingPolicy? own) &&
            own is { Mode: IndexingMode.Consistent }
                ? IndexSet.Read(ref reader, own, knowsSpatial)
                : null;
    }

    private static bool TryReadRange(ref CommandReader reader, RangeTable ranges, ushort format)
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

        var range = new RangeState(definition, tablet, lsnBase, outcomes)
        {
            LastLsn = lastLsn,
            Items = items,
            DocumentBytes = documentBytes,
            StoredBytes = storedBytes,
        };
        if (format > WithoutIndexes && !TryReadIndexes(ref reader, range, knowsSpatial: format > WithoutSpatial))
        {
            return false;
        }

        ranges.Add(range);
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
