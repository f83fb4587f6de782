using System.Diagnostics.CodeAnalysis;
using Nacre.Core;
using Nacre.Core.Ids;

namespace Nacre.Storage.Documents;

/// <summary>The ranges that a shard owns; gives out immutable snapshots for views.</summary>
/// <remarks>
/// Thread: the applier. A write changes its range's last log sequence number and count of items in a page of such; a page that a
/// snapshot holds is copied before its first change, so that a snapshot costs what was written since the last one, not
/// what the shard owns.
/// </remarks>
internal sealed class RangeTable
{
    // Invariants:
    // - No page that a snapshot holds is written to: _owned[p] says that page p came after the last snapshot.
    // - _pages[slot / PageSlots][slot % PageSlots] has LastLsn and Items of the range with that slot.
    private const int PageSlots = 64;

    private readonly Dictionary<RangeId, RangeState> _ranges = [];
    private Dictionary<RangeId, RangeSnapshot.Range> _published = [];
    private RangeSnapshot.Counts[][] _pages = [];
    private bool[] _owned = [];
    private RangeSnapshot? _snapshot;

    /// <summary>The ranges, in no order.</summary>
    public Dictionary<RangeId, RangeState>.ValueCollection All => _ranges.Values;

    /// <summary>Finds a range.</summary>
    public bool TryGet(RangeId id, [NotNullWhen(true)] out RangeState? range) => _ranges.TryGetValue(id, out range);

    /// <summary>Adds a range.</summary>
    public void Add(RangeState range)
    {
        _ranges.Add(range.Definition.Range, range);
        Renumber();
    }

    /// <summary>Removes a range.</summary>
    public void Remove(RangeId id)
    {
        bool removed = _ranges.Remove(id);
        Invariant.Check(removed);
        Renumber();
    }

    /// <summary>Takes over that a range's indexes are others.</summary>
    public void IndexesChanged() => Renumber();

    /// <summary>Sets a range's last log sequence number, and takes over its count of items.</summary>
    public void SetLastLsn(RangeState range, Lsn lsn)
    {
        Invariant.Check(lsn > range.LastLsn);
        range.LastLsn = lsn;
        int page = range.Slot / PageSlots;
        if (!_owned[page])
        {
            if (_snapshot is not null)
            {
                _pages = [.. _pages];
                _snapshot = null;
            }

            _pages[page] = [.. _pages[page]];
            _owned[page] = true;
        }

        _pages[page][range.Slot % PageSlots] = new(lsn, range.Items);
    }

    /// <summary>The ranges as they are now; immutable.</summary>
    public RangeSnapshot Publish()
    {
        if (_snapshot is null)
        {
            _snapshot = new RangeSnapshot(_published, _pages, PageSlots);
            Array.Clear(_owned);
        }

        return _snapshot;
    }

    /// <summary>Gives every range a slot anew. Ranges come and go rarely.</summary>
    private void Renumber()
    {
        _snapshot = null;
        _published = new Dictionary<RangeId, RangeSnapshot.Range>(_ranges.Count);
        _pages = new RangeSnapshot.Counts[(_ranges.Count + PageSlots - 1) / PageSlots][];
        _owned = new bool[_pages.Length];
        for (int page = 0; page < _pages.Length; page++)
        {
            _pages[page] = new RangeSnapshot.Counts[PageSlots];
            _owned[page] = true;
        }

        int slot = 0;
        foreach (RangeState range in _ranges.Values)
        {
            range.Slot = slot++;
            _pages[range.Slot / PageSlots][range.Slot % PageSlots] = new(range.LastLsn, range.Items);
            _published.Add(range.Definition.Range, new RangeSnapshot.Range(
                range.Definition, range.Tablet, range.Slot, range.Index,
                range.Building));
        }
    }
}
