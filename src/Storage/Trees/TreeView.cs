using System.Runtime.CompilerServices;

namespace Nacre.Storage.Trees;

/// <summary>One immutable point of an index.</summary>
/// <remarks>
/// Thread-safe, lock-free. Holds memory, no handles: letting go of it is enough. Its nodes may be gone from the disk
/// once compaction has passed over them, see <see cref="OrderedIndex.IsLive"/>; a read then faults as corrupt, so
/// whoever hands out views bounds their age.
/// </remarks>
internal sealed class TreeView
{
    // Invariants:
    // - the view shows _root, changed by all of _frozen, changed by _active through _sequence.
    private readonly NodeSource _nodes;
    private readonly WriteBuffer _active;
    private readonly WriteBuffer? _frozen;
    private readonly uint _sequence;

    internal TreeView(NodeSource nodes, TreeRoot root, WriteBuffer active, uint sequence, WriteBuffer? frozen)
    {
        _nodes = nodes;
        Root = root;
        _active = active;
        _sequence = sequence;
        _frozen = frozen;
    }

    /// <summary>The tree below the buffers of this view.</summary>
    public TreeRoot Root { get; }

    /// <summary>Reads an entry; completes synchronously, without allocating, when its nodes are in memory.</summary>
    /// <param name="key">1 to <see cref="OrderedIndex.MaxKeyBytes"/> bytes; borrowed until completion.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>The value, or one that is not found. Throws <see cref="Core.Files.StorageFaultException"/>.</returns>
    public ValueTask<TreeValue> TryGetAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        ReadOnlySpan<byte> span = key.Span;
        if (_active.TryFind(span, _sequence, out TreeValue value)
            || (_frozen is not null && _frozen.TryFind(span, _frozen.Sequence, out value))
            || Root.IsEmpty)
        {
            return new ValueTask<TreeValue>(value);
        }

        ulong number = Root.Node;
        int level = Root.Height - 1;
        while (_nodes.TryGetCached(number, level, out Node? node))
        {
            if (level == 0)
            {
                return new ValueTask<TreeValue>(node.Find(span));
            }

            number = node.Child(node.ChildIndex(span));
            level--;
        }

        return ReadOnAsync(key, number, level, cancellationToken);
    }

    /// <summary>Walks entries in order; reads nothing before the first move.</summary>
    /// <param name="from">Where to begin: the lowest key, or the highest when descending. Empty for the very end of that side.</param>
    /// <param name="inclusive">Whether an entry at <paramref name="from"/> itself is given.</param>
    /// <param name="toExclusive">Where to stop, not given itself. Empty for no bound.</param>
    /// <param name="descending">Walks from high to low.</param>
    /// <returns>A cursor before the first entry; both keys are borrowed until its disposal.</returns>
    public TreeCursor Seek(
        ReadOnlyMemory<byte> from, bool inclusive, ReadOnlyMemory<byte> toExclusive, bool descending = false) =>
        new(
            _nodes,
            Root,
            new WriteBuffer.Scan(_active, _sequence, descending),
            _frozen is null ? default : new WriteBuffer.Scan(_frozen, _frozen.Sequence, descending),
            new ScanBounds(from, inclusive, toExclusive, descending));

    /// <summary>
    /// Counts the entries of an index of exact changes: by the counts in inner nodes, and what is buffered beside them.
    /// Completes synchronously when the nodes are in memory.
    /// </summary>
    /// <param name="from">The lowest key; empty for the very first.</param>
    /// <param name="toExclusive">Where to stop, not counted itself; empty for no bound.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <returns>The count. Throws <see cref="Core.Files.StorageFaultException"/>.</returns>
    public async ValueTask<long> CountAsync(
        ReadOnlyMemory<byte> from, ReadOnlyMemory<byte> toExclusive, CancellationToken cancellationToken)
    {
        var bounds = new ScanBounds(from, Inclusive: true, toExclusive, Descending: false);
        if (!from.IsEmpty && bounds.IsPast(from.Span))
        {
            return 0;
        }

        long count = ChangeOf(new WriteBuffer.Scan(_active, _sequence, descending: false), bounds);
        if (_frozen is not null)
        {
            count += ChangeOf(new WriteBuffer.Scan(_frozen, _frozen.Sequence, descending: false), bounds);
        }

        if (Root.IsEmpty)
        {
            return count;
        }

        long end = toExclusive.IsEmpty ? Root.Entries : await RankAsync(toExclusive, cancellationToken);
        return count + end - (from.IsEmpty ? 0 : await RankAsync(from, cancellationToken));
    }

    /// <summary>True when this is the view of an index in a state.</summary>
    internal bool IsOf(TreeRoot root, WriteBuffer active, WriteBuffer? frozen) =>
        Root == root && ReferenceEquals(_active, active) && _sequence == active.Sequence
        && ReferenceEquals(_frozen, frozen);

    /// <summary>By how many entries a buffer's changes make an index larger.</summary>
    private static long ChangeOf(WriteBuffer.Scan changes, in ScanBounds bounds)
    {
        long change = 0;
        for (changes.Start(bounds); changes.HasCurrent; changes.MoveNext(bounds))
        {
            change += (changes.IsDeletion ? 0 : 1) - (changes.WasThere ? 1 : 0);
        }

        return change;
    }

    /// <summary>How many of the tree's entries are below a key.</summary>
    private async ValueTask<long> RankAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        long below = 0;
        ulong number = Root.Node;
        for (int level = Root.Height - 1; ; level--)
        {
            Node node = await _nodes.LoadAsync(number, level, scratch: null, cancellationToken);
            if (level == 0)
            {
                return below + node.LowerBound(key.Span, out _);
            }

            int child = node.ChildIndex(key.Span);
            for (int before = 0; before < child; before++)
            {
                below += node.ChildEntries(before);
            }

            number = node.Child(child);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TreeValue> ReadOnAsync(
        ReadOnlyMemory<byte> key, ulong number, int level, CancellationToken cancellationToken)
    {
        while (true)
        {
            Node node = await _nodes.LoadAsync(number, level, scratch: null, cancellationToken);
            if (level == 0)
            {
                return node.Find(key.Span);
            }

            number = node.Child(node.ChildIndex(key.Span));
            level--;
        }
    }
}
