namespace Nacre.Storage.Trees;

/// <summary>One immutable point of an index.</summary>
/// <remarks>
/// Thread-safe, lock-free. Holds memory, no handles: letting go of it is enough. Its nodes may be gone from the disk
/// once compaction has passed over them, see <see cref="OrderedIndex.IsLive"/>; a read then faults as corrupt, so
/// whoever hands out views bounds their age.
/// </remarks>
internal sealed class TreeView
{
    internal TreeView(TreeRoot root)
    {
        Root = root;
    }

    /// <summary>The tree below the buffers of this view.</summary>
    public TreeRoot Root { get; }

    /// <summary>Reads an entry; completes synchronously, without allocating, when its nodes are in memory.</summary>
    /// <param name="key">1 to <see cref="OrderedIndex.MaxKeyBytes"/> bytes; borrowed until completion.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>The value, or one that is not found. Throws <see cref="Core.Files.StorageFaultException"/>.</returns>
    public ValueTask<TreeValue> TryGetAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Walks entries in order; reads nothing before the first move.</summary>
    /// <param name="from">Where to begin: the lowest key, or the highest when descending. Empty for the very end of that side.</param>
    /// <param name="inclusive">Whether an entry at <paramref name="from"/> itself is given.</param>
    /// <param name="toExclusive">Where to stop, not given itself. Empty for no bound.</param>
    /// <param name="descending">Walks from high to low.</param>
    /// <returns>A cursor before the first entry; both keys are borrowed until its disposal.</returns>
    public TreeCursor Seek(ReadOnlyMemory<byte> from, bool inclusive, ReadOnlyMemory<byte> toExclusive, bool descending = false) =>
        throw new NotSupportedException();
}
