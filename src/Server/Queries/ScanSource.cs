using Nacre.Core;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Server.Consistency;
using Nacre.Server.Routing;

namespace Nacre.Server.Queries;

/// <summary>Goes through the items of a scope, range by range in hash order; each range at one point, unless the scan outlasts its view.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class ScanSource : IItemSource
{
    // Invariants:
    // - Of _lastKey, _lastLength bytes are the key that the scan stands at; it has seen all items before, and that one if _isPast.
    // - _cursor and _view are both there or both not; they are those of the range at _range.

    private readonly QueryScope _scope;
    private readonly byte[] _end;
    private byte[] _lastKey;
    private int _lastLength;
    private bool _isPast;
    private int _range;
    private IDocumentView? _view;
    private IDocumentCursor? _cursor;
    private bool _hasMoved;

    /// <summary>Begins; nothing is read before the first move.</summary>
    /// <param name="scope">The items.</param>
    /// <param name="start">The first of them.</param>
    public ScanSource(QueryScope scope, ItemStart start)
    {
        PartitionKey key = scope.PartitionKey;
        (byte[] first, _end) = key.Count == 0 ? ([], []) : ItemKey.BoundsOf(key, scope.Container.PartitionKey.Paths.Count);
        _scope = scope;
        _lastKey = start.Key.IsEmpty ? first : start.Key.ToArray();
        _lastLength = _lastKey.Length;
        _isPast = !start.Key.IsEmpty && !start.IsInclusive;
        _range = scope.Container.IndexOf(_lastKey);
    }

    /// <inheritdoc/>
    ReadOnlyMemory<byte> IItemSource.ItemKey => LastKey;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Document
    {
        get
        {
            Invariant.Check(_cursor is not null);
            return _cursor.Current.Utf8Json;
        }
    }

    private ReadOnlyMemory<byte> LastKey => _lastKey.AsMemory(0, _lastLength);

    /// <inheritdoc/>
    public async ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken)
    {
        Invariant.Check(_cursor is not null);
        while (true)
        {
            Result<bool> moved = await _cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false);
            if (!moved.IsOk)
            {
                if (moved.Error.Code != ErrorCode.Unavailable || !_hasMoved)
                {
                    return moved.Error;
                }

                // The scan outlasted its view: it goes on in a new one of the same range, from where it stands.
                await CloseAsync().ConfigureAwait(false);
                return false;
            }

            if (!moved.Value)
            {
                await CloseAsync().ConfigureAwait(false);
                _range++;
                return false;
            }

            _hasMoved = true;
            Remember(_cursor.ItemKey.Span);

            // Different keys may share the hash of a prefix.
            if (_scope.PartitionKey.Count == 0 || ItemKey.Matches(LastKey.Span, _scope.PartitionKey))
            {
                return true;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => CloseAsync();

    /// <inheritdoc/>
    public async ValueTask<Result<bool>> OpenNextAsync(CancellationToken cancellationToken)
    {
        Invariant.Check(_cursor is null);
        if (_range == _scope.Container.Ranges.Length)
        {
            return false;
        }

        RangeRoute range = _scope.Container.Ranges[_range];
        if (_end.Length > 0 && range.Interval.Min.Bytes.SequenceCompareTo(_end) >= 0)
        {
            return false;
        }

        if (await range.Shard.ReadAtAsync(_scope.Terms.For(range.Id), cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        _view = range.Shard.Documents.OpenView();
        Result<IDocumentCursor> scan = _view.Scan(range.Id, LastKey.ToArray(), fromInclusive: !_isPast, _end);
        if (!scan.IsOk)
        {
            await CloseAsync().ConfigureAwait(false);
            return scan.Error;
        }

        if (_scope.Seen is { } seen && _view.LastLsn(range.Id) is { IsOk: true } last)
        {
            seen.Add(new SessionMark(_scope.Container.Id, range, last.Value));
        }

        _cursor = scan.Value;
        _hasMoved = false;
        return true;
    }

    private async ValueTask CloseAsync()
    {
        if (_cursor is { } cursor)
        {
            _cursor = null;
            await cursor.DisposeAsync().ConfigureAwait(false);
        }

        _view?.Dispose();
        _view = null;
    }

    private void Remember(ReadOnlySpan<byte> key)
    {
        if (key.Length > _lastKey.Length)
        {
            _lastKey = new byte[key.Length * 2];
        }

        key.CopyTo(_lastKey);
        _lastLength = key.Length;
        _isPast = true;
    }
}
