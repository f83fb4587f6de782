using Nacre.Query.Evaluation.Nodes;
using Nacre.Query.Evaluation.Rows;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation;

/// <summary>One run of a plan: filter, group, project, sort, tell duplicates apart, cut out the page.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class SelectRun
{
    // Invariants:
    // - _passed counts the rows that came through DISTINCT, those left out by OFFSET and those of earlier pages among them.
    // - _toSkip is above zero only while rows of the item are made that an earlier page gave already.
    // - Once IsDone, the sink gets nothing more.

    private readonly SelectPlan _plan;
    private readonly EvaluationFrame _frame;
    private readonly RowSink _sink;
    private readonly HeldBytes _held;
    private readonly GroupTable? _groups;
    private readonly RowSorter? _sorter;
    private readonly DistinctRows? _distinct;
    private readonly Func<bool>[] _each;
    private ReadOnlyMemory<byte> _itemKey;
    private long _rowOfItem;
    private long _toSkip;
    private long _passed;

    public SelectRun(SelectPlan plan, EvaluationFrame frame, RowSink sink, QueryWindow window)
    {
        _plan = plan;
        _frame = frame;
        _sink = sink;
        _held = new HeldBytes(frame.Held);
        _groups = plan.Groups is null ? null : new GroupTable(plan.Groups, _held);
        _sorter = plan.Order.Count == 0 ? null : new RowSorter(plan.Order, plan.WantedOf(window), _held, window.After);
        _distinct = plan.IsDistinct ? new DistinctRows(_held) : null;
        _passed = window.Passed;
        IsDone = IsLimitReached;
        _each = new Func<bool>[plan.Sources.Count + 1];
        _each[^1] = AddRow;
        for (int at = plan.Sources.Count - 1; at >= 0; at--)
        {
            SourceStep step = plan.Sources[at];
            Func<bool> next = _each[at + 1];
            _each[at] = () => step.ForEach(frame, next);
        }
    }

    /// <summary>Whether more rows would change nothing.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Whether TOP or LIMIT ended it.</summary>
    public bool IsLimitReached => _plan.Limit == 0 || (_passed > _plan.Offset && _passed - _plan.Offset >= _plan.Limit);

    /// <summary>Rows that the sorter has seen; 0 without one.</summary>
    public long RowsSorted => _sorter?.Seen ?? 0;

    /// <summary>Rows gone past so far, those left out by OFFSET and those of earlier pages among them.</summary>
    public long Passed => _passed;

    /// <summary>Where the row stands that the sink gets; null when the query does not sort.</summary>
    public SortPosition? Position { get; private set; }

    /// <summary>The groups so far; null when the query has none.</summary>
    public GroupTable? Groups => _groups;

    /// <summary>Takes all rows that the sources make of the frame's item.</summary>
    /// <param name="itemKey">The item's key, where rows are to be told apart by it; borrowed for the call.</param>
    /// <param name="skip">How many of the item's rows an earlier page went past; they are made again and left out.</param>
    public void AddRows(ReadOnlyMemory<byte> itemKey, long skip)
    {
        _itemKey = itemKey;
        _rowOfItem = 0;
        _toSkip = skip;
        if (!IsDone)
        {
            _each[0]();
        }

        _toSkip = 0;
        _itemKey = default;
    }

    /// <summary>Answers what had to wait for the last row.</summary>
    public void Finish()
    {
        if (IsDone)
        {
            return;
        }

        _groups?.ForEach(_frame, () =>
        {
            _frame.Context.Charge(_plan.Cost);
            Emit();
            return !IsDone;
        });
        if (_sorter is null)
        {
            return;
        }

        foreach (SortedRow row in _sorter.Sort(_frame))
        {
            Position = row.ItemKey.IsEmpty ? null : new SortPosition(row.Keys, row.ItemKey, row.RowOfItem);
            if (!Output(row.Row))
            {
                return;
            }
        }
    }

    /// <summary>Lets go of all that the run holds; it is over then.</summary>
    public void Release() => _held.ReleaseAll();

    private bool AddRow()
    {
        _frame.Context.Charge(_plan.Cost);
        if (_plan.Where is { } where && where.Evaluate(_frame).Kind != ValueKind.True)
        {
            return true;
        }

        if (_groups is not null)
        {
            _groups.Add(_frame);
        }
        else
        {
            Emit();
        }

        return !IsDone;
    }

    private void Emit()
    {
        QueryValue row = _plan.Projection.Evaluate(_frame);
        if (!row.IsDefined)
        {
            return;
        }

        if (_sorter is not null)
        {
            _sorter.Add(_frame, row, _itemKey, ++_rowOfItem);
        }
        else
        {
            Output(row);
        }
    }

    /// <returns>False when no more are wanted.</returns>
    private bool Output(in QueryValue row)
    {
        if (_toSkip > 0)
        {
            _toSkip--;
            return true;
        }

        if (_distinct is not null)
        {
            _frame.Context.ChargeBytes(row.Utf8.Length);
            if (!_distinct.Add(row))
            {
                return true;
            }
        }

        if (_passed++ >= _plan.Offset)
        {
            IsDone = !_sink(row) || IsLimitReached;
        }

        return !IsDone;
    }
}
