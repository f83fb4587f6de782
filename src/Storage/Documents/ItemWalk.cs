using System.Runtime.CompilerServices;
using Nacre.Core;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Indexing;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <summary>Walks a range's part of the item tree.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class ItemWalk(DocumentView view, ItemReader reader, RangeSnapshot.Range range, TreeCursor entries) : IItemWalk
{
    // Invariants:
    // - _version is that of the entry at which the cursor stands, while _hasCurrent.
    private ItemVersion _version;
    private bool _hasCurrent;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ItemKey
    {
        get
        {
            Invariant.Check(_hasCurrent);
            return entries.Key[TabletKey.TabletBytes..];
        }
    }

    /// <inheritdoc/>
    public ItemNumber Item
    {
        get
        {
            Invariant.Check(_hasCurrent);
            return _version.Number;
        }
    }

    /// <inheritdoc/>
    public ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken)
    {
        _hasCurrent = false;
        try
        {
            ValueTask<bool> move = entries.MoveNextAsync(cancellationToken);
            return move.IsCompletedSuccessfully ? new(Accept(move.Result)) : AwaitAsync(move);
        }
        catch (StorageFaultException fault)
        {
            return new(view.Refuse(fault));
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Result<DocumentLease>> ReadAsync(CancellationToken cancellationToken)
    {
        Invariant.Check(_hasCurrent);
        try
        {
            return await reader.ReadAsync(range, _version, ItemKey, cancellationToken);
        }
        catch (StorageFaultException fault)
        {
            return view.Refuse(fault);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _hasCurrent = false;
        return entries.DisposeAsync();
    }

    private bool Accept(bool moved)
    {
        if (moved)
        {
            _version = DocumentView.VersionOf(range, entries.Value.Span);
            _hasCurrent = true;
        }

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
            return view.Refuse(fault);
        }
    }
}
