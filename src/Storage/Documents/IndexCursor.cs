using System.Runtime.CompilerServices;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Indexing;
using Nacre.Storage.Indexes;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <summary>Walks entries of one index.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class IndexCursor : IIndexCursor
{
    /// <summary>Steps that are tried before a skip goes down the tree anew.</summary>
    private const int NearSteps = 8;

    // Invariants:
    // - _entries stands at an entry of the index while _hasCurrent; null for an index that has none.
    private readonly DocumentView? _view;
    private readonly TreeView? _tree;
    private readonly int _prefixLength;
    private readonly bool _descending;
    private readonly byte[] _end = [];
    private TreeCursor? _entries;
    private bool _hasCurrent;
    private bool _ended;

    /// <param name="view">Says what a fault means.</param>
    /// <param name="tree">The index tree.</param>
    /// <param name="prefix">Of the index.</param>
    /// <param name="bounds">Which values.</param>
    /// <param name="descending">From high to low.</param>
    public IndexCursor(DocumentView view, TreeView tree, byte[] prefix, in IndexBounds bounds, bool descending)
    {
        _view = view;
        _tree = tree;
        _prefixLength = prefix.Length;
        _descending = descending;
        (byte[] low, byte[] high) = EntryKey.BoundsOf(prefix, bounds);
        _ended = low.AsSpan().SequenceCompareTo(high) >= 0;

        // No key is a bound itself: an item's number stands behind each value.
        _end = descending ? low : high;
        _entries = _ended ? null : tree.Seek(descending ? high : low, inclusive: !descending, _end, descending);
    }

    private IndexCursor() => _ended = true;

    /// <summary>Walks nothing.</summary>
    public static IndexCursor Empty => new();

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Value => Key[_prefixLength..^ItemNumber.SizeBytes];

    /// <inheritdoc/>
    public ItemNumber Item => ItemNumber.Read(Key.Span[^ItemNumber.SizeBytes..]);

    /// <inheritdoc/>
    public bool IsExact
    {
        get
        {
            Invariant.Check(_hasCurrent);
            return _entries!.Value.IsEmpty;
        }
    }

    private ReadOnlyMemory<byte> Key
    {
        get
        {
            Invariant.Check(_hasCurrent);
            return _entries!.Key;
        }
    }

    /// <inheritdoc/>
    public ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken)
    {
        _hasCurrent = false;
        if (_ended)
        {
            return new(false);
        }

        try
        {
            ValueTask<bool> move = _entries!.MoveNextAsync(cancellationToken);
            return move.IsCompletedSuccessfully ? new(Accept(move.Result)) : AwaitAsync(move);
        }
        catch (StorageFaultException fault)
        {
            _ended = true;
            return new(_view!.Refuse(fault));
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Result<bool>> SkipToAsync(
        ReadOnlyMemory<byte> value, ItemNumber item, CancellationToken cancellationToken)
    {
        if (_ended)
        {
            _hasCurrent = false;
            return false;
        }

        byte[] target = new byte[_prefixLength + value.Length + ItemNumber.SizeBytes];
        value.Span.CopyTo(target.AsSpan(_prefixLength));
        item.Write(target.AsSpan(_prefixLength + value.Length));
        for (int step = 0; _hasCurrent && step < NearSteps; step++)
        {
            if (IsAtOrPast(target))
            {
                return true;
            }

            Result<bool> moved = await MoveNextAsync(cancellationToken);
            if (!moved.IsOk || !moved.Value)
            {
                return moved;
            }
        }

        if (_hasCurrent && IsAtOrPast(target))
        {
            return true;
        }

        return await SeekAsync(target, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _ended = true;
        _hasCurrent = false;
        TreeCursor? entries = _entries;
        _entries = null;
        return entries?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private async ValueTask<Result<bool>> SeekAsync(byte[] target, CancellationToken cancellationToken)
    {
        if (!_hasCurrent)
        {
            // The bounds say where the index and the scan begin.
            Result<bool> moved = await MoveNextAsync(cancellationToken);
            if (!moved.IsOk || !moved.Value || IsAtOrPast(target))
            {
                return moved;
            }
        }

        _entries!.Key.Span[.._prefixLength].CopyTo(target);
        await _entries.DisposeAsync();
        _entries = _tree!.Seek(target, inclusive: true, _end, _descending);
        return await MoveNextAsync(cancellationToken);
    }

    private bool IsAtOrPast(ReadOnlySpan<byte> target)
    {
        int order = Key.Span[_prefixLength..].SequenceCompareTo(target[_prefixLength..]);
        return _descending ? order <= 0 : order >= 0;
    }

    private bool Accept(bool moved)
    {
        _hasCurrent = moved;
        _ended = !moved;
        return moved;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Result<bool>> AwaitAsync(ValueTask<bool> move)
    {
        try
        {
            return Accept(await move);
        }
        catch (StorageFaultException fault)
        {
            _ended = true;
            return _view!.Refuse(fault);
        }
    }
}
