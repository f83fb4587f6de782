using Nacre.Core;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <summary>Walks documents in the order of either tree, reading ahead where records come from the disk.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class DocumentCursor : IDocumentCursor
{
    /// <summary>
    /// Most documents read ahead: enough that a disk has something to do, little enough to throw away.
    /// </summary>
    private const int MaxAhead = 16;

    // Invariants:
    // - _ahead holds reads in the order of the entries, begun and not given yet.
    // - A document is owned by _ahead, then by _current, until the next move or disposal.
    private readonly DocumentView _view;
    private readonly ItemReader _reader;
    private readonly RangeSnapshot.Range _range;
    private readonly TreeCursor _entries;
    private readonly bool _inItemOrder;
    private readonly Queue<Task<(DocumentLease Document, byte[] ItemKey)>> _ahead = new();
    private DocumentLease? _current;
    private byte[] _currentKey = [];
    private int _wanted = 1;
    private bool _ended;

    public DocumentCursor(
        DocumentView view, ItemReader reader, RangeSnapshot.Range range, TreeCursor entries, bool inItemOrder)
    {
        _view = view;
        _reader = reader;
        _range = range;
        _entries = entries;
        _inItemOrder = inItemOrder;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ItemKey
    {
        get
        {
            Invariant.Check(_current is not null);
            return _currentKey;
        }
    }

    /// <inheritdoc/>
    public DocumentLease Current
    {
        get
        {
            Invariant.Check(_current is not null);
            return _current;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken)
    {
        _current?.Dispose();
        _current = null;
        try
        {
            while (!_ended && _ahead.Count < _wanted)
            {
                if (!await _entries.MoveNextAsync(cancellationToken))
                {
                    _ended = true;
                    break;
                }

                ValueTask<(DocumentLease, byte[])> read = BeginRead(cancellationToken);
                if (!read.IsCompleted)
                {
                    _wanted = Math.Min(_wanted * 2, MaxAhead);
                }

                _ahead.Enqueue(read.AsTask());
            }

            if (_ahead.Count == 0)
            {
                return false;
            }

            (_current, _currentKey) = await _ahead.Dequeue();
            return true;
        }
        catch (StorageFaultException fault)
        {
            _ended = true;
            return _view.Refuse(fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _current?.Dispose();
        _current = null;
        while (_ahead.TryDequeue(out Task<(DocumentLease Document, byte[] ItemKey)>? read))
        {
            await ((Task)read).ConfigureAwait(
                ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
            if (read.IsCompletedSuccessfully)
            {
                read.Result.Document.Dispose();
            }
        }

        await _entries.DisposeAsync();
    }

    private ValueTask<(DocumentLease Document, byte[] ItemKey)> BeginRead(CancellationToken cancellationToken)
    {
        if (_inItemOrder)
        {
            byte[] itemKey = _entries.Key[TabletKey.TabletBytes..].ToArray();
            ItemVersion version = DocumentView.VersionOf(_range, _entries.Value.Span);
            ValueTask<DocumentLease> read = _reader.ReadAsync(_range, version, itemKey, cancellationToken);
            return read.IsCompletedSuccessfully ? new((read.Result, itemKey)) : AwaitAsync(read, itemKey);
        }

        return TabletKey.TryReadChange(_entries.Key.Span, out _, out Lsn lsn, out ushort ordinal)
            ? _reader.ReadChangeAsync(_range, lsn, ordinal, cancellationToken)
            : throw new StorageFaultException(
                StorageFaultKind.Corrupt, "change tree", $"tablet {_range.Tablet}", "A key makes no sense");

        static async ValueTask<(DocumentLease, byte[])> AwaitAsync(ValueTask<DocumentLease> read, byte[] itemKey) =>
            (await read, itemKey);
    }
}
