using Nacre.Core;
using Nacre.Core.Documents;
using Nacre.Core.Errors;

namespace Nacre.Server.Queries.Planning;

/// <summary>Gives the items of one range that may have rows, or what stands for them.</summary>
/// <remarks>For one caller at a time; must not outlive its view.</remarks>
internal abstract class RangeReader : IAsyncDisposable
{
    private DocumentLease? _lease;

    /// <summary>The current item's key; valid until the next move.</summary>
    public ReadOnlyMemory<byte> ItemKey { get; private set; }

    /// <summary>The current item; valid until the next move.</summary>
    public ReadOnlyMemory<byte> Document { get; private set; }

    /// <summary>How many items it stands for.</summary>
    public long Times { get; private set; } = 1;

    /// <summary>Whether it is an item that was read.</summary>
    public bool IsRead { get; private set; } = true;

    /// <summary>Whether items come in item order: a reader of the same range can go on behind the current one.</summary>
    public virtual bool IsInItemOrder => true;

    /// <summary>Hands the current item over to the caller, who disposes it.</summary>
    public DocumentLease Take()
    {
        Invariant.Check(_lease is not null);
        DocumentLease taken = _lease;
        _lease = null;
        return taken;
    }

    /// <summary>Moves to the next item.</summary>
    /// <returns>False at the end; or what views refuse with.</returns>
    public abstract ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        Release();
        return default;
    }

    /// <summary>Gives an item that this reader lets go at the next move.</summary>
    protected bool Give(ReadOnlyMemory<byte> itemKey, DocumentLease document, long times = 1)
    {
        Release();
        _lease = document;
        return Show(itemKey, document.Utf8Json, times, isRead: true);
    }

    /// <summary>Gives what somebody else lets go.</summary>
    protected bool Show(ReadOnlyMemory<byte> itemKey, ReadOnlyMemory<byte> document, long times, bool isRead)
    {
        ItemKey = itemKey;
        Document = document;
        Times = times;
        IsRead = isRead;
        return true;
    }

    private void Release()
    {
        _lease?.Dispose();
        _lease = null;
    }
}
