using System.Buffers;
using System.Runtime.CompilerServices;

namespace Nacre.Storage.Trees;

/// <summary>Walks the entries of one view in order.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed partial class TreeCursor : IAsyncDisposable
{
    // Invariants:
    // - leaf entries from _next up to _stop, exclusively, in the direction of _step, come before the key at which the
    //   buffers stand; _stop is never past _leafEnd;
    // - where _stop is short of _leafEnd, the leaf's entry there is at or past the buffers' key.
    private readonly ScanBounds _bounds;
    private readonly int _step;
    private WriteBuffer.Scan _active;
    private WriteBuffer.Scan _frozen;
    private bool _started;

    private byte[] _key = [];
    private int _keyLength;
    private ReadOnlyMemory<byte> _value;

    internal TreeCursor(NodeSource nodes, TreeRoot root, WriteBuffer.Scan active, WriteBuffer.Scan frozen, ScanBounds bounds)
    {
        _nodes = nodes;
        _root = root;
        _active = active;
        _frozen = frozen;
        _bounds = bounds;
        _step = bounds.Descending ? -1 : 1;
    }

    /// <summary>Key of the current entry; valid until the next move.</summary>
    public ReadOnlyMemory<byte> Key => _key.AsMemory(0, _keyLength);

    /// <summary>Value of the current entry; valid until the next move.</summary>
    public ReadOnlyMemory<byte> Value => _value;

    private bool BuffersHaveCurrent => _active.HasCurrent || _frozen.HasCurrent;

    /// <summary>Moves to the next entry; completes synchronously when its node is in memory.</summary>
    /// <param name="cancellationToken">Stops the read of a node.</param>
    /// <returns>False at the end. Throws <see cref="Core.Files.StorageFaultException"/>.</returns>
    public ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        if (_next != _stop)
        {
            GiveLeafEntry();
            return new ValueTask<bool>(true);
        }

        Move move = MoveOn();
        return move == Move.NodeWanted ? AwaitNodeAsync(cancellationToken) : new ValueTask<bool>(move == Move.Entry);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _scratch?.Dispose();
        if (_key.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_key, clearArray: true);
            _key = [];
            _keyLength = 0;
        }

        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> AwaitNodeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Accept(await LoadWantedAsync(cancellationToken));
            Move move = MoveOn();
            if (move != Move.NodeWanted)
            {
                return move == Move.Entry;
            }
        }
    }

    private Move MoveOn()
    {
        if (!_started)
        {
            _started = true;
            _active.Start(_bounds);
            _frozen.Start(_bounds);
            StartTree();
        }

        while (true)
        {
            if (_next == _leafEnd && !_treeEnded && !TryNextLeaf())
            {
                return Move.NodeWanted;
            }

            if (_next != _stop)
            {
                GiveLeafEntry();
                return Move.Entry;
            }

            if (_next == _leafEnd && !_treeEnded)
            {
                continue;
            }

            if (!BuffersHaveCurrent)
            {
                return Move.End;
            }

            if (GiveBufferEntry())
            {
                return Move.Entry;
            }
        }
    }

    /// <summary>Gives the entry at which the buffers stand, in place of the leaf's under the same key.</summary>
    /// <returns>False when that entry is a deletion.</returns>
    private bool GiveBufferEntry()
    {
        int order = !_frozen.HasCurrent ? -1
            : !_active.HasCurrent ? 1
            : _active.Key.SequenceCompareTo(_frozen.Key) * _step;

        // Where both have the key, the active buffer's change is the newer one.
        bool given = order <= 0 ? Give(_active) : Give(_frozen);
        if (_shadows)
        {
            _next += _step;
        }

        if (order <= 0)
        {
            _active.MoveNext(_bounds);
        }

        if (order >= 0)
        {
            _frozen.MoveNext(_bounds);
        }

        FindStop();
        return given;
    }

    private bool Give(in WriteBuffer.Scan scan)
    {
        if (scan.IsDeletion)
        {
            return false;
        }

        ReadOnlySpan<byte> key = scan.Key;
        TreeValue value = scan.Value;
        ReserveKey(key.Length + value.Span.Length);
        key.CopyTo(_key);
        value.Span.CopyTo(_key.AsSpan(key.Length));
        _keyLength = key.Length;
        _value = _key.AsMemory(key.Length, value.Span.Length);
        _prefixInKey = false;
        return true;
    }

    private void ReserveKey(int length)
    {
        if (_key.Length >= length)
        {
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, 512));
        if (_key.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_key, clearArray: true);
        }

        _key = larger;
        _prefixInKey = false;
    }

    private enum Move
    {
        Entry,
        End,
        NodeWanted,
    }
}
