using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Server.Routing;

namespace Nacre.Server.Queries.Planning;

/// <summary>Goes through ranges in hash order, each as was chosen for it; each at one point, unless it outlasts its view.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class ItemSource : IItemSource
{
    // Invariants:
    // - Of _lastKey, _lastLength bytes are the key of the item given last.
    // - _reader and _view are both there or both not; they are those of the range at _range.

    private readonly QueryScope _scope;
    private readonly ReaderChoice _choice;
    private readonly ItemSpan _whole;
    private byte[] _lastKey = [];
    private int _lastLength;
    private ItemStart _start;
    private int _range;
    private RangeView? _view;
    private RangeReader? _reader;
    private bool _hasMoved;
    private bool _isBegun;

    /// <summary>Begins; nothing is read before the first part is opened.</summary>
    /// <param name="task">The page.</param>
    /// <param name="choice">Opens readers.</param>
    public ItemSource(QueryTask task, ReaderChoice choice)
    {
        _scope = task.Scope;
        _choice = choice;
        _start = task.From is { After: null } from ? new ItemStart(from.ItemKey, !from.IsItemDone) : default;
        _whole = ItemSpan.Of(_scope, _start);
        _range = _scope.Container.IndexOf(_whole.From.Span);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ItemKey => Reader.ItemKey;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Document => Reader.Document;

    /// <inheritdoc/>
    public long Times => Reader.Times;

    /// <inheritdoc/>
    public bool IsRead => Reader.IsRead;

    /// <inheritdoc/>
    public long IndexEntries => _choice.Figures.IndexEntries;

    private RangeReader Reader
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
        Invariant.Check(_view is null);
        if (_range == _scope.Container.Ranges.Length)
        {
            return false;
        }

        RangeRoute range = _scope.Container.Ranges[_range];
        if (!_whole.End.IsEmpty && range.Interval.Min.Bytes.SequenceCompareTo(_whole.End.Span) >= 0)
        {
            return false;
        }

        Result<RangeView> view = await RangeView.OpenAsync(_scope, range, cancellationToken).ConfigureAwait(false);
        if (!view.IsOk)
        {
            return view.Error;
        }

        _view = view.Value;
        _hasMoved = false;
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken)
    {
        Invariant.Check(_view is not null);
        if (_reader is null && await ChooseAsync(_view, cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        Result<bool> moved = await Reader.MoveNextAsync(cancellationToken).ConfigureAwait(false);
        if (moved is { IsOk: true, Value: true })
        {
            _hasMoved = true;
            _isBegun = true;
            Remember(Reader.ItemKey.Span);
            return moved;
        }

        if (moved.IsOk)
        {
            await CloseAsync().ConfigureAwait(false);
            _range++;
            _isBegun = false;
            return false;
        }

        if (moved.Error.Code != ErrorCode.Unavailable || !_hasMoved || !Reader.IsInItemOrder)
        {
            return moved;
        }

        // It outlasted its view: it goes on in a new one of the same range, from where it stands.
        _start = new ItemStart(_lastKey.AsMemory(0, _lastLength).ToArray(), IsInclusive: false);
        await CloseAsync().ConfigureAwait(false);
        return false;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Describe() => [.. _choice.Figures.Describe()];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => CloseAsync();

    private async ValueTask<NacreError?> ChooseAsync(RangeView view, CancellationToken cancellationToken)
    {
        Result<RangeEstimate> estimate = await _choice.EstimateAsync(view, cancellationToken).ConfigureAwait(false);
        if (!estimate.IsOk)
        {
            return estimate.Error;
        }

        Result<RangeReader> reader = await _choice.OpenAsync(
            view, estimate.Value, ItemSpan.Of(_scope, _start), _isBegun, cancellationToken).ConfigureAwait(false);
        _reader = reader.IsOk ? reader.Value : null;
        return reader.Error;
    }

    private void Remember(ReadOnlySpan<byte> key)
    {
        if (key.Length > _lastKey.Length)
        {
            _lastKey = new byte[key.Length * 2];
        }

        key.CopyTo(_lastKey);
        _lastLength = key.Length;
    }

    private async ValueTask CloseAsync()
    {
        if (_reader is { } reader)
        {
            _reader = null;
            await reader.DisposeAsync().ConfigureAwait(false);
        }

        _view?.Dispose();
        _view = null;
    }
}
