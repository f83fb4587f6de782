using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Indexes;
using Nacre.Storage.Records;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <content>
/// Work that no entry waits for: draining buffers, checkpoints, compaction, building indexes, what was dropped.
/// </content>
internal sealed partial class DocumentStateMachine : ILiveness
{
    /// <summary>Nodes that a slice of a drain reads and writes.</summary>
    private const int DrainSliceNodes = 32;

    /// <summary>Entries of a dropped range that a slice deletes.</summary>
    private const int DropSliceEntries = 512;

    private readonly LogFill _itemFill = new();
    private readonly LogFill _nodeFill = new();
    private long _copied;
    private byte[] _dropItemsFrom = [];
    private byte[] _dropChangesFrom = [];
    private byte[] _dropMovesFrom = [];
    private byte[] _dropEntriesFrom = [];

    /// <inheritdoc/>
    public Task<LogIndex> BeginCheckpoint()
    {
        foreach (OrderedIndex tree in _trees.All)
        {
            DrainForCheckpoint(tree);
        }

        Publish();
        var meta = new DocumentMeta
        {
            Sequence = _sequence,
            Time = _time,
            RunningHash = _hash,
            NextNode = _allocator.Next,
            NextTablet = _nextTablet,
            ReplicaSet = AppliedSet,
            NextIndexSet = _nextIndexSet,
            Roots = [.. _trees.All.Select(tree => tree.Root)],
            Dropping = _dropping,
            DroppingSets = _droppingSets,
            Ranges = _ranges,
        };
        return _store.BeginCheckpoint(_applied, meta.Write(_options, _trees));
    }

    /// <summary>
    /// Entries in random order would have a drain rewrite nearly every leaf while the applier stands still: of a large
    /// tree, the checkpoint keeps the buffer instead. Not of a small one, where two manifests would outweigh the nodes.
    /// </summary>
    private void DrainForCheckpoint(OrderedIndex tree)
    {
        if (tree.Root.Bytes <= Math.Max(_options.CheckpointDrainBytes, 2 * tree.BufferedBytes))
        {
            DrainIfRoom(() => tree.Drain());
        }
    }

    /// <summary>
    /// On a full disk nodes wait: the buffer has what they would say, and grows only by what was accepted before. A drain
    /// that the end of the room cuts short begins anew.
    /// </summary>
    private void DrainIfRoom(Action drain)
    {
        if (!HasRoom)
        {
            return;
        }

        try
        {
            drain();
        }
        catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.NoSpace)
        {
            // Nothing is lost, and HasRoom tells it to whoever writes: whoever calls comes again.
        }
    }

    /// <inheritdoc/>
    public bool Maintain()
    {
        bool more = DrainSlice();
        more |= DropSlice();
        more |= BuildSlice();
        more |= CompactSlice(_store.Items, _itemFill, _storedBytes);
        more |= CompactSlice(_store.Nodes, _nodeFill, _trees.NodeBytes);
        Publish();
        return more;
    }

    /// <inheritdoc/>
    bool ILiveness.IsLive(RecordKey key, ReadOnlySpan<byte> value)
    {
        bool isNode = key.High == 0;
        bool live = isNode ? IsLiveNode(key.Low, value) : IsLiveItem(key);
        if (live)
        {
            // Counted as the live bytes are: of a node its own, of an item what it takes in the log.
            _copied += isNode ? value.Length : RecordLayout.SizeOf(value.Length);
        }

        return live;
    }

    /// <summary>
    /// A version is current if and only if the change tree has it. Records lie in the log about as the change tree
    /// orders them, so the nodes asked for are mostly those just read.
    /// </summary>
    private bool IsLiveItem(RecordKey key)
    {
        RecordKey.ReadItem(key, out TabletId tablet, out Lsn lsn, out ushort ordinal, out _);
        Span<byte> change = stackalloc byte[TabletKey.ChangeBytes];
        TabletKey.WriteChange(tablet, lsn, ordinal, change);
        return !_dropping.Contains(tablet) && _trees.Changes.TryGet(change, out _);
    }

    private bool IsLiveNode(ulong number, ReadOnlySpan<byte> node)
    {
        // What cannot be told is not thrown away: zeros read from a bad disk would pass for dead.
        return OrderedIndex.TryReadTree(node, out TreeId id) && _trees.Find(id) is { } tree
            ? tree.IsLive(number, node)
            : throw new StorageFaultException(
                StorageFaultKind.Corrupt, $"nodes of shard {_options.Shard}", $"node {number}",
                "The record is no node of a known tree");
    }

    /// <summary>Keeps buffers near their budget while entries come faster than maintenance.</summary>
    private void RelieveBuffers(int entries)
    {
        long buffered = _trees.BufferedBytes;
        if (buffered > 4 * _options.BufferBytes)
        {
            DrainIfRoom(() =>
            {
                foreach (OrderedIndex tree in _trees.All)
                {
                    tree.Drain();
                }
            });
        }
        else if (buffered > _options.BufferBytes && TreeToDrain() is { } tree)
        {
            // Several entries may change one node, so as many nodes as entries stay ahead of what comes.
            ReadAheadOf(tree);
            DrainIfRoom(() => tree.DrainSlice(DrainSliceNodes + entries));
        }
    }

    /// <summary>
    /// Begins early, so that an entry seldom has to wait for a drain; not too early, for each writes nodes anew.
    /// </summary>
    private bool DrainSlice()
    {
        bool wanted = _trees.Draining is not null || _trees.BufferedBytes > _options.BufferBytes / 4 * 3;
        if (!wanted || !HasRoom || TreeToDrain() is not { } tree)
        {
            return false;
        }

        // False on a full disk, too: the next tick asks again.
        bool more = false;
        ReadAheadOf(tree);
        DrainIfRoom(() => more = !tree.DrainSlice(DrainSliceNodes));
        return more;
    }

    /// <summary>
    /// The tree that is being drained, or else the one with most to drain, begun; null when nothing is buffered.
    /// </summary>
    private OrderedIndex? TreeToDrain()
    {
        if (_trees.Draining is { } draining)
        {
            return draining;
        }

        OrderedIndex fullest = _trees.Fullest();
        return fullest.BeginDrain() ? fullest : null;
    }

    private bool CompactSlice(IRecordStore store, LogFill fill, long liveBytes)
    {
        long total = store.LogBytes;
        double dead = total - liveBytes * fill.Ratio;
        if (dead < _options.CompactAtDeadBytes || dead < total * _options.CompactAtDeadShare)
        {
            return false;
        }

        _compaction.Begin();
        _copied = 0;
        long looked = _store.CompactSlice(store, this, _options.CompactionSliceBytes);
        fill.Learn(_copied, store.LogBytes - total + looked);
        return looked > 0;
    }

    /// <summary>Deletes some tree entries of what was dropped. A dropped range's records are dead already.</summary>
    private bool DropSlice() => DropTabletSlice() | DropSetSlice();

    private bool DropTabletSlice()
    {
        if (_dropping.Count == 0)
        {
            return false;
        }

        TabletId tablet = _dropping[0];
        byte[] begin = TabletKey.BeginOf(tablet);
        byte[] end = TabletKey.EndOf(tablet);
        bool left = DropEntries(_trees.Items, begin, end, ref _dropItemsFrom);
        left |= DropEntries(_trees.Changes, begin, end, ref _dropChangesFrom);
        left |= DropEntries(_trees.Moves, begin, end, ref _dropMovesFrom);
        if (!left)
        {
            _dropping.RemoveAt(0);
            _dropItemsFrom = [];
            _dropChangesFrom = [];
            _dropMovesFrom = [];
        }

        return left || _dropping.Count > 0;
    }

    private bool DropSetSlice()
    {
        if (_droppingSets.Count == 0)
        {
            return false;
        }

        byte[] begin = EntryKey.PrefixOf(_droppingSets[0]);
        bool left = DropEntries(_trees.Entries, begin, EntryKey.After(begin), ref _dropEntriesFrom);
        if (!left)
        {
            _droppingSets.RemoveAt(0);
            _dropEntriesFrom = [];
        }

        return left || _droppingSets.Count > 0;
    }

    private static bool DropEntries(OrderedIndex tree, byte[] begin, byte[] end, ref byte[] from)
    {
        TreeCursor cursor = tree.Publish().Seek(from.Length > 0 ? from : begin, inclusive: true, end);
        try
        {
            for (int deleted = 0; Wait(cursor.MoveNextAsync(CancellationToken.None)); deleted++)
            {
                if (deleted == DropSliceEntries)
                {
                    from = cursor.Key.ToArray();
                    return true;
                }

                tree.DeleteLater(cursor.Key.Span);
            }

            return false;
        }
        finally
        {
            ValueTask disposal = cursor.DisposeAsync();
            System.Diagnostics.Debug.Assert(disposal.IsCompleted);
        }
    }

    /// <summary>The applier may block on its own disk, as it does in every tree lookup that misses.</summary>
    private static bool Wait(ValueTask<bool> move) =>
        move.IsCompleted ? move.Result : move.AsTask().GetAwaiter().GetResult();
}
