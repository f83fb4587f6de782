using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Storage.Indexes;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <summary>
/// Holds a checkpoint's index entries against its documents, both ways: each document's terms are looked up, and what the
/// trees have beyond those is counted.
/// </summary>
/// <remarks>One thread, offline. Told of all items first, then of all entries.</remarks>
internal sealed class EntryVerifier
{
    private readonly DocumentMeta _meta;
    private readonly DocumentTrees _trees;
    private readonly Action<string, string, string> _report;
    private readonly Dictionary<IndexSetId, Tally> _tallies = [];
    private readonly Dictionary<TabletId, (RangeState Range, long Expected, long Found)> _moves = [];
    private readonly TermPass _pass = new();
    private readonly TermList _terms = new();

    /// <param name="meta">The checkpoint.</param>
    /// <param name="trees">Its trees.</param>
    /// <param name="report">Told of what is wrong: part, place, what.</param>
    public EntryVerifier(DocumentMeta meta, DocumentTrees trees, Action<string, string, string> report)
    {
        _meta = meta;
        _trees = trees;
        _report = report;
        foreach (RangeState range in meta.Ranges.All)
        {
            _moves.Add(range.Tablet, (range, 0, 0));
            foreach (IndexSet set in range.Sets)
            {
                _tallies.Add(set.Id, new Tally(range, set));
            }
        }
    }

    /// <summary>Entries of both trees that were seen.</summary>
    public long Entries { get; private set; }

    /// <summary>Looks for what an item must have.</summary>
    /// <param name="range">Its range.</param>
    /// <param name="itemKey">Its key.</param>
    /// <param name="version">Its version.</param>
    /// <param name="body">Its document, which is right.</param>
    /// <param name="place">What to call it.</param>
    public void VisitItem(
        RangeState range, ReadOnlySpan<byte> itemKey, in ItemVersion version, ReadOnlySpan<byte> body, string place)
    {
        VisitNumber(range, version, place);
        foreach (IndexSet set in range.Sets)
        {
            if (set.Covers(itemKey))
            {
                VisitTerms(_tallies[set.Id], version.Number, body, place);
            }
        }
    }

    /// <summary>Looks at an entry of the index tree.</summary>
    public void VisitEntry(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Entries++;
        if (!EntryKey.TrySplit(key, out IndexSetId set, out uint index, out _, out ItemNumber item))
        {
            _report("index tree", $"a key of {key.Length} bytes", "an entry makes no sense");
        }
        else if (_tallies.TryGetValue(set, out Tally? tally))
        {
            tally.Found++;
            if (tally.Set.NameOf(index) is null)
            {
                _report("index tree", $"set {set}, item {item}", $"there is no index {index}");
            }
            else if (value.Length > 1 || (value.Length == 1 && value[0] != EntryKey.InexactMark))
            {
                _report("index tree", $"set {set}, item {item}", "an entry's value makes no sense");
            }
        }
        else if (!_meta.DroppingSets.Contains(set))
        {
            _report("index tree", $"set {set}", "an entry is of no index of this shard");
        }
    }

    /// <summary>Looks at an entry of the move tree.</summary>
    public void VisitMove(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Entries++;
        TabletId tablet = TabletKey.ReadTablet(key);
        if (key.Length != TabletKey.MoveBytes || !RangeIndex.TryReadMove(value, out _, out _))
        {
            _report("move tree", $"tablet {tablet}", "an entry makes no sense");
        }
        else if (_moves.TryGetValue(tablet, out (RangeState Range, long Expected, long Found) moves))
        {
            _moves[tablet] = moves with { Found = moves.Found + 1 };
        }
        else if (!_meta.Dropping.Contains(tablet))
        {
            _report("move tree", $"tablet {tablet}", "an entry is of no range of this shard");
        }
    }

    /// <summary>Compares counts: every term has been looked up, so a tree has something else if and only if it has more.</summary>
    public void Compare()
    {
        foreach (Tally tally in _tallies.Values)
        {
            if (tally.Found > tally.Expected)
            {
                _report("index tree", $"range {tally.Range.Definition.Range}, set {tally.Set.Id}",
                    $"{tally.Found} entries for {tally.Expected} values of items");
            }
        }

        foreach ((RangeState range, long expected, long found) in _moves.Values)
        {
            if (found > expected)
            {
                _report("move tree", $"range {range.Definition.Range}, tablet {range.Tablet}",
                    $"{found} entries for {expected} items");
            }
        }
    }

    private void VisitNumber(RangeState range, in ItemVersion version, string place)
    {
        if (version.IsNumbered)
        {
            return;
        }

        (RangeState Range, long Expected, long Found) moves = _moves[range.Tablet];
        _moves[range.Tablet] = moves with { Expected = moves.Expected + 1 };
        byte[] key = new byte[TabletKey.MoveBytes];
        TabletKey.WriteMove(range.Tablet, version.Number, key);
        if (!TryFind(_trees.Moves, key, out bool unknown, out TreeValue value))
        {
            if (!unknown)
            {
                _report("move tree", place, "the item's number is missing");
            }
        }
        else if (!RangeIndex.TryReadMove(value.Span, out Lsn lsn, out ushort ordinal) ||
            lsn != version.Lsn || ordinal != version.Ordinal)
        {
            _report("move tree", place, "the item's number leads to another version");
        }
    }

    private void VisitTerms(Tally tally, ItemNumber item, ReadOnlySpan<byte> body, string place)
    {
        int known = tally.Set.Paths.Count;
        _pass.Collect(body, tally.Set, _terms);
        if (tally.Set.Paths.Count > known)
        {
            _report("manifest", place, "the item has a path that its range's indexes do not know");
        }

        for (int at = 0; at < _terms.Count; at++)
        {
            IndexTerm term = _terms[at];
            tally.Expected++;
            if (!TryFind(_trees.Entries, _terms.KeyOf(term, item), out bool unknown, out TreeValue value))
            {
                if (!unknown)
                {
                    _report("index tree", place, $"an entry is missing in {NameOf(tally.Set, term)}");
                }
            }
            else if (value.Span.IsEmpty != term.IsExact)
            {
                _report("index tree", place, $"an entry is marked wrongly in {NameOf(tally.Set, term)}");
            }
        }
    }

    private string NameOf(IndexSet set, in IndexTerm term)
    {
        ReadOnlySpan<byte> bytes = _terms.BytesOf(term);
        int at = OrderedNumber.Read(bytes, out _);
        OrderedNumber.Read(bytes[at..], out uint index);
        return $"set {set.Id}, {set.NameOf(index)}";
    }

    /// <param name="tree">The tree.</param>
    /// <param name="key">The key.</param>
    /// <param name="unknown">True when a node on the way cannot be read, which the walk over the tree reports.</param>
    /// <param name="value">The value.</param>
    private static bool TryFind(OrderedIndex tree, ReadOnlySpan<byte> key, out bool unknown, out TreeValue value)
    {
        unknown = false;
        try
        {
            return tree.TryGet(key, out value);
        }
        catch (StorageFaultException)
        {
            unknown = true;
            value = default;
            return false;
        }
    }

    /// <summary>What was seen of one set.</summary>
    private sealed class Tally(RangeState range, IndexSet set)
    {
        public RangeState Range { get; } = range;

        public IndexSet Set { get; } = set;

        public long Expected { get; set; }

        public long Found { get; set; }
    }
}
