namespace Nacre.Replication;

/// <summary>Where items wait for a replica's loop: put in by any thread, without locks or allocation, taken out all at once.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Inbox
{
    private LoopItem? _newest;

    /// <summary>Puts an item in; it must be in no chain.</summary>
    public void Add(LoopItem item)
    {
        LoopItem? newest = Volatile.Read(ref _newest);
        while (true)
        {
            item.Next = newest;
            LoopItem? seen = Interlocked.CompareExchange(ref _newest, item, newest);
            if (ReferenceEquals(seen, newest))
            {
                return;
            }

            newest = seen;
        }
    }

    /// <summary>Takes all items.</summary>
    /// <returns>The oldest, chained to the younger ones; null when there are none.</returns>
    public LoopItem? TakeAll()
    {
        LoopItem? item = Interlocked.Exchange(ref _newest, null);
        LoopItem? oldest = null;
        while (item is not null)
        {
            LoopItem? older = item.Next;
            item.Next = oldest;
            oldest = item;
            item = older;
        }

        return oldest;
    }
}
