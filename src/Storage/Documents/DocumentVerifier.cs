using System.Buffers;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Records;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <summary>
/// Checks that a data shard's checkpoint fits together: both trees are sound, every item has its records and is the
/// JSON document of its key, every item and nothing else is in change order and in the indexes, and the counts agree.
/// </summary>
/// <remarks>One thread, offline. Changes nothing. Goes on past what is wrong.</remarks>
internal sealed class DocumentVerifier
{
    private const int ProgressEvery = 256;

    private readonly DocumentStoreOptions _options;
    private readonly IShardStore _store;
    private readonly DocumentMeta _meta;
    private readonly DocumentTrees _trees;
    private readonly Dictionary<TabletId, Tally> _tallies = [];
    private readonly List<DocumentFinding> _findings = [];
    private readonly EntryVerifier _entries;
    private readonly Action<double>? _progress;
    private readonly CancellationToken _cancellationToken;
    private readonly long _expected;
    private long _visited;

    private DocumentVerifier(
        DocumentStoreOptions options, IShardStore store, DocumentMeta meta, Action<double>? progress,
        CancellationToken cancellationToken)
    {
        _options = options;
        _store = store;
        _meta = meta;
        _progress = progress;
        _cancellationToken = cancellationToken;
        _trees = meta.OpenTrees(
            options, store.Nodes, new NodeAllocator(meta.NextNode), new NodeCache(options.NodeCacheBytes));
        _entries = new EntryVerifier(meta, _trees, Report);
        foreach (RangeState range in meta.Ranges.All)
        {
            _tallies.Add(range.Tablet, new Tally(range));
            _expected += range.Items;
        }
    }

    /// <summary>Checks the checkpoint that a store was opened at.</summary>
    /// <param name="options">Names the shard.</param>
    /// <param name="store">Nothing may have been written to it since it was opened.</param>
    /// <param name="progress">Told now and then which part of the items was seen, 0 to 1; may be null.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    public static DocumentVerification Verify(
        DocumentStoreOptions options, IShardStore store, Action<double>? progress, CancellationToken cancellationToken)
    {
        DocumentVerifier verifier;
        try
        {
            verifier = new DocumentVerifier(
                options, store, DocumentMeta.Recover(options, store), progress, cancellationToken);
        }
        catch (StorageFaultException fault)
        {
            return new DocumentVerification([new DocumentFinding(fault.File, fault.Place, fault.Message)], 0, 0, 0, 0, 0);
        }

        return verifier.Run();
    }

    private DocumentVerification Run()
    {
        Walk(_trees.Items, "item tree", VisitItem);
        Walk(_trees.Changes, "change tree", VisitChange);
        Walk(_trees.Entries, "index tree", _entries.VisitEntry);
        Walk(_trees.Moves, "move tree", _entries.VisitMove);
        foreach (Tally tally in _tallies.Values)
        {
            Compare(tally);
        }

        _entries.Compare();

        return new DocumentVerification(
            _findings, _tallies.Count,
            _tallies.Values.Sum(tally => tally.Good), _tallies.Values.Sum(tally => tally.GoodBytes),
            _tallies.Values.Sum(tally => tally.Items + tally.Changes) + _entries.Entries, _meta.RunningHash) { ReplicaSet = _meta.ReplicaSet };
    }

    /// <summary>Walks a tree's leaves, and then what the checkpoint holds of newer changes.</summary>
    private void Walk(OrderedIndex tree, string name, TreeVerifier.Visitor visitor)
    {
        TreeVerification verified = TreeVerifier.Verify(
            tree.Id, _store.Nodes, tree.Root,
            (key, value) =>
            {
                if (!tree.IsBuffered(key))
                {
                    visitor(key, value);
                }
            },
            _cancellationToken);
        foreach (TreeFinding finding in verified.Findings)
        {
            Report(name, $"node {finding.Node}", finding.Detail);
        }

        // Loaded from the checkpoint, so that each key has one change.
        tree.VisitBuffered((key, value) =>
        {
            if (value.Found)
            {
                visitor(key, value.Span);
            }
        });
    }

    private void VisitItem(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (++_visited % ProgressEvery == 0)
        {
            _progress?.Invoke(Math.Min(1, (double)_visited / Math.Max(1, _expected)));
        }

        TabletId tablet = TabletKey.ReadTablet(key);
        if (!_tallies.TryGetValue(tablet, out Tally? tally))
        {
            ReportUnlessDropping("item tree", tablet);
            return;
        }

        tally.Items++;
        if (!ItemVersion.TryRead(value, out ItemVersion version))
        {
            Report("item tree", $"tablet {tablet}", "an entry's value makes no sense");
            return;
        }

        tally.DocumentBytes += version.Length;
        ReadOnlySpan<byte> itemKey = key[TabletKey.TabletBytes..];
        string place = $"tablet {tablet}, write {version.Lsn}, operation {version.Ordinal}";
        if (!tally.Range.Definition.Interval.Contains(ItemKey.HashOf(itemKey)))
        {
            Report("item tree", place, "the item's hash lies outside its range");
        }

        if (version.Lsn > tally.Range.LastLsn)
        {
            Report("item tree", place, $"the range's last write was {tally.Range.LastLsn}");
        }

        Span<byte> change = stackalloc byte[TabletKey.ChangeBytes];
        TabletKey.WriteChange(tablet, version.Lsn, version.Ordinal, change);
        if (!IsIn(_trees.Changes, change))
        {
            Report("change tree", place, "the item's version is missing");
        }

        if (DocumentFault(tally.Range, itemKey, version, place) is { } fault)
        {
            Report("items", place, fault);
            return;
        }

        tally.Good++;
        tally.GoodBytes += version.Length;
    }

    private void VisitChange(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (!TabletKey.TryReadChange(key, out TabletId tablet, out _, out _) || !value.IsEmpty)
        {
            Report("change tree", $"tablet {TabletKey.ReadTablet(key)}", "an entry makes no sense");
        }
        else if (!_tallies.TryGetValue(tablet, out Tally? tally))
        {
            ReportUnlessDropping("change tree", tablet);
        }
        else
        {
            tally.Changes++;
        }
    }

    /// <summary>
    /// Items have been looked up in change order one by one, so change order has something else if and only if it has
    /// more.
    /// </summary>
    private void Compare(Tally tally)
    {
        RangeState range = tally.Range;
        string place = $"range {range.Definition.Range}, tablet {range.Tablet}";
        if (tally.Changes > tally.Items)
        {
            Report("change tree", place, $"{tally.Changes} entries for {tally.Items} items");
        }

        if (tally.Items != range.Items)
        {
            Report("manifest", place, $"{range.Items} items were counted, the tree has {tally.Items}");
        }

        if (tally.DocumentBytes != range.DocumentBytes)
        {
            Report("manifest", place,
                $"{range.DocumentBytes} bytes of documents were counted, the tree has {tally.DocumentBytes}");
        }
    }

    /// <summary>Reads a version and says what is wrong with it, or null.</summary>
    private string? DocumentFault(RangeState range, ReadOnlySpan<byte> itemKey, in ItemVersion version, string place)
    {
        byte[] body = ArrayPool<byte>.Shared.Rent(version.Length);
        try
        {
            string? fault = ReadBody(range.Tablet, itemKey, version, body)
                ?? BodyFault(range, itemKey, body.AsSpan(0, version.Length));
            if (fault is null)
            {
                _entries.VisitItem(range, itemKey, version, body.AsSpan(0, version.Length), place);
            }

            return fault;
        }
        catch (StorageFaultException fault)
        {
            return fault.Message;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body, clearArray: true);
        }
    }

    private string? ReadBody(TabletId tablet, ReadOnlySpan<byte> itemKey, in ItemVersion version, Span<byte> body)
    {
        for (int chunk = 0; chunk < ItemRecord.ChunksOf(version.Length); chunk++)
        {
            using RecordLease record = _store.Items.Read(
                RecordKey.Item(tablet, version.Lsn, version.Ordinal, (ushort)chunk));
            if (!record.Found)
            {
                return $"record {chunk} is missing";
            }

            ReadOnlySpan<byte> part;
            if (chunk == 0)
            {
                if (!ItemRecord.TryReadHeader(record.Span, out ItemHeader header) ||
                    !header.IsOf(itemKey, version) || record.Span.Length != version.HeaderBytes + header.Body.Length)
                {
                    return "the first record is of another item or version";
                }

                part = header.Body;
            }
            else if (!ItemRecord.TryReadChunk(record.Span, out part) ||
                part.Length != ItemRecord.ChunkLength(version.Length, chunk))
            {
                return $"record {chunk} is not of this version";
            }

            part.CopyTo(body[(chunk * ItemRecord.ChunkBytes)..]);
        }

        return null;
    }

    private static string? BodyFault(RangeState range, ReadOnlySpan<byte> itemKey, ReadOnlySpan<byte> body)
    {
        Result<InspectedDocument> inspected = DocumentInspector.Inspect(body, range.Definition.PartitionKey);
        if (!inspected.IsOk)
        {
            return inspected.Error.Message;
        }

        return inspected.Value.EncodeKey().AsSpan().SequenceEqual(itemKey)
            ? null
            : "the document has another id or partition key";
    }

    private static bool IsIn(OrderedIndex tree, ReadOnlySpan<byte> key)
    {
        try
        {
            return tree.TryGet(key, out _);
        }
        catch (StorageFaultException)
        {
            // The walk over that tree reports the node; an entry below it may or may not be there.
            return true;
        }
    }

    private void ReportUnlessDropping(string tree, TabletId tablet)
    {
        if (!_meta.Dropping.Contains(tablet))
        {
            Report(tree, $"tablet {tablet}", "an entry is of no range of this shard");
        }
    }

    private void Report(string part, string place, string what) =>
        _findings.Add(new DocumentFinding($"{part} of shard {_options.Shard}", place, what));

    /// <summary>What was seen of one range.</summary>
    private sealed class Tally(RangeState range)
    {
        public RangeState Range { get; } = range;

        public long Items { get; set; }

        public long Changes { get; set; }

        public long DocumentBytes { get; set; }

        public long Good { get; set; }

        public long GoodBytes { get; set; }
    }
}
