using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Query.Evaluation;
using Nacre.Server.Routing;

namespace Nacre.Server.Queries.Planning;

/// <summary>
/// Gives a sorted page its items in the order of an index, from all ranges at once, until the page has its rows; or looks
/// at all items where that is cheaper. <c>SortedSource.Choice.cs</c> decides, <c>SortedSource.Items.cs</c> has the items.
/// </summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed partial class SortedSource : IItemSource
{
    // Invariants:
    // - Items come group by group: those of a group have one value in the index, and after a group each item has a greater
    //   one. The page ends between groups only, for the sorter orders what is within one.
    // - _inner is there once all items are looked at instead, and _views are closed then.

    private readonly QueryTask _task;
    private readonly ReaderChoice _choice;
    private readonly IPagePace _pace;
    private readonly ItemSpan _span;
    private readonly List<RangeView> _views = [];
    private readonly List<SortedWalk> _walks = [];
    private ItemSource? _inner;
    private AnswerReader? _reader;
    private readonly long _wanted;
    private long _unordered;
    private bool _isOpen;

    /// <summary>Begins; nothing is read before the first part is opened.</summary>
    /// <param name="task">The page; its order is not empty.</param>
    /// <param name="choice">Knows the other ways.</param>
    /// <param name="pace">Tells when there is enough.</param>
    public SortedSource(QueryTask task, ReaderChoice choice, IPagePace pace)
    {
        Invariant.Check(!task.Query.Shape.Order.IsEmpty);
        _task = task;
        _choice = choice;
        _pace = pace;
        _span = ItemSpan.Of(task.Scope, default);

        // One more tells whether there is another page.
        _wanted = task.Query.RowsWanted(new QueryWindow { Passed = task.From?.Passed ?? 0, MaxRows = task.MaxRows + 1 });
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ItemKey => _inner?.ItemKey ?? Reader.ItemKey;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Document => _inner?.Document ?? Reader.Document;

    /// <inheritdoc/>
    public long Times => 1;

    /// <inheritdoc/>
    public bool IsRead => true;

    /// <inheritdoc/>
    public long IndexEntries => _choice.Figures.IndexEntries;

    /// <summary>Whether what stands behind all items of the groups before is behind all rows that are wanted, too.</summary>
    private bool HasEnough => _pace.RowsSorted - _unordered >= _wanted;

    private AnswerReader Reader
    {
        get
        {
            Invariant.Check(_reader is not null);
            return _reader;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Result<bool>> OpenNextAsync(CancellationToken cancellationToken)
    {
        if (_inner is not null)
        {
            return await _inner.OpenNextAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_isOpen)
        {
            return false;
        }

        _isOpen = true;
        RangeRoute[] ranges = _task.Scope.Container.Ranges.ToArray();
        for (int at = _task.Scope.Container.IndexOf(_span.From.Span); at < ranges.Length; at++)
        {
            if (!_span.End.IsEmpty && ranges[at].Interval.Min.Bytes.SequenceCompareTo(_span.End.Span) >= 0)
            {
                break;
            }

            Result<RangeView> view = await RangeView.OpenAsync(_task.Scope, ranges[at], cancellationToken).ConfigureAwait(false);
            if (!view.IsOk)
            {
                return view.Error;
            }

            _views.Add(view.Value);
        }

        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken)
    {
        if (_inner is not null)
        {
            return await _inner.MoveNextAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_reader is null)
        {
            Result<bool> chosen = await ChooseAsync(cancellationToken).ConfigureAwait(false);
            if (!chosen.IsOk)
            {
                return chosen;
            }

            if (!chosen.Value)
            {
                await CloseAsync().ConfigureAwait(false);
                _inner = new ItemSource(_task, _choice);
                return false;
            }

            _reader = new AnswerReader(RunAsync(cancellationToken), _span);
        }

        return await _reader.MoveNextAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Describe() => [.. _choice.Figures.Describe()];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_inner is not null)
        {
            await _inner.DisposeAsync().ConfigureAwait(false);
        }

        await CloseAsync().ConfigureAwait(false);
    }

    private async ValueTask CloseAsync()
    {
        if (_reader is not null)
        {
            await _reader.DisposeAsync().ConfigureAwait(false);
        }

        foreach (SortedWalk walk in _walks)
        {
            await walk.DisposeAsync().ConfigureAwait(false);
        }

        _walks.Clear();
        foreach (RangeView view in _views)
        {
            view.Dispose();
        }

        _views.Clear();
    }
}
