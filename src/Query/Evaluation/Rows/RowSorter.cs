using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Rows;

/// <summary>Sorts rows; when only the first few are wanted, it holds at most twice as many.</summary>
/// <remarks>Not thread-safe. Rows with equal keys are sorted by their items; those of one item, and of no item, stay as they came.</remarks>
internal sealed class RowSorter
{
    // Invariants:
    // - _rows borrow nothing, and are what of all rows added may still be among the first _wanted.
    // - Once _worst is there, a row not before it is not wanted; rows of one item come in their order.

    private readonly IReadOnlyList<OrderKey> _keys;
    private readonly RowOrder _order;
    private readonly HeldBytes _held;
    private readonly long _wanted;
    private readonly SortPosition? _after;
    private readonly List<SortedRow> _rows = [];
    private SortedRow? _worst;
    private long _sequence;

    /// <summary>Makes one.</summary>
    /// <param name="keys">At least one.</param>
    /// <param name="wanted">How many of the first rows are wanted; <see cref="long.MaxValue"/> for all.</param>
    /// <param name="held">Counts what is held.</param>
    /// <param name="after">Only rows behind this one are wanted; null for all.</param>
    public RowSorter(IReadOnlyList<OrderKey> keys, long wanted, HeldBytes held, SortPosition? after = null)
    {
        Core.Invariant.Check(after is null || after.Keys.Length == keys.Count);
        _after = after;
        _keys = keys;
        _order = new RowOrder(keys);
        _wanted = wanted;
        _held = held;
    }

    /// <summary>Rows seen behind the given one, those that are not wanted among them.</summary>
    public long Seen { get; private set; }

    /// <summary>Takes a row, with the keys that the frame's row has.</summary>
    /// <param name="frame">The row.</param>
    /// <param name="row">What is answered for it.</param>
    /// <param name="itemKey">Its item's key; borrowed.</param>
    /// <param name="rowOfItem">Which of the item's rows it is, from 1.</param>
    public void Add(EvaluationFrame frame, in QueryValue row, ReadOnlyMemory<byte> itemKey, long rowOfItem)
    {
        var keys = new QueryValue[_keys.Count];
        for (int at = 0; at < keys.Length; at++)
        {
            keys[at] = _keys[at].Node.Evaluate(frame);
        }

        if (_wanted == 0 || (_after is not null && !IsBehind(_after, keys, itemKey.Span, rowOfItem)))
        {
            return;
        }

        Seen++;
        if (_worst is { } worst && _order.ComparePlaces(keys, itemKey.Span, worst.Keys, worst.ItemKey.Span) >= 0)
        {
            return;
        }

        for (int at = 0; at < keys.Length; at++)
        {
            keys[at] = _held.Keep(keys[at]);
        }

        _held.Add(itemKey.Length);
        _rows.Add(new SortedRow(keys, _held.Keep(row), _sequence++, itemKey.ToArray(), rowOfItem));
        if (_rows.Count >= _wanted * 2.0 && _rows.Count > 64)
        {
            Trim(frame);
        }
    }

    /// <summary>All wanted rows in order; nothing may be added any more.</summary>
    public IReadOnlyList<SortedRow> Sort(EvaluationFrame frame)
    {
        Trim(frame);
        return _rows;
    }

    private bool IsBehind(SortPosition position, QueryValue[] keys, ReadOnlySpan<byte> itemKey, long rowOfItem)
    {
        int order = _order.CompareKeys(keys, position.Keys);
        order = order != 0 ? order : itemKey.SequenceCompareTo(position.ItemKey.Span);
        return order > 0 || (order == 0 && rowOfItem > position.Row);
    }

    private void Trim(EvaluationFrame frame)
    {
        frame.Context.Charge(_rows.Count * (long)Math.Max(1, Math.Log2(Math.Max(2, _rows.Count))));
        _rows.Sort(_order);
        if (_rows.Count < _wanted)
        {
            return;
        }

        int wanted = (int)_wanted;
        for (int at = wanted; at < _rows.Count; at++)
        {
            _held.Release(CostOf(_rows[at]));
        }

        _rows.RemoveRange(wanted, _rows.Count - wanted);
        _worst = wanted > 0 ? _rows[^1] : null;
    }

    private static long CostOf(SortedRow row)
    {
        long cost = HeldBytes.CostOf(row.Row) + row.ItemKey.Length;
        foreach (QueryValue key in row.Keys)
        {
            cost += HeldBytes.CostOf(key);
        }

        return cost;
    }
}
