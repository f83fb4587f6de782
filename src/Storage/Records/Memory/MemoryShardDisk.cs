using Nacre.Core.Ids;

namespace Nacre.Storage.Records.Memory;

/// <summary>
/// What survives a crash of a <see cref="MemoryShardStore"/>: its last two checkpoints. Opening a store on the same
/// disk again is a restart.
/// </summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class MemoryShardDisk
{
    private readonly Queue<(MemoryCheckpoint Checkpoint, MemoryShardStore Store)> _held = new();

    /// <summary>The newest durable checkpoint; null before the first.</summary>
    public MemoryCheckpoint? Newest { get; private set; }

    /// <summary>The one before it.</summary>
    public MemoryCheckpoint? Older { get; private set; }

    /// <summary>While true, checkpoints do not become durable before <see cref="ReleaseCheckpoint"/>.</summary>
    public bool HoldCheckpoints { get; set; }

    /// <summary>While true, stores on this disk answer that they have no room.</summary>
    public bool Full { get; set; }

    /// <summary>Opens the shard as it was at the newest durable checkpoint; checkpoints still held are lost.</summary>
    public MemoryShardStore Open()
    {
        _held.Clear();
        return new MemoryShardStore(this, Newest);
    }

    /// <summary>Makes the oldest held checkpoint durable.</summary>
    /// <returns>False when none is held.</returns>
    public bool ReleaseCheckpoint()
    {
        if (!_held.TryDequeue(out (MemoryCheckpoint Checkpoint, MemoryShardStore Store) held))
        {
            return false;
        }

        Persist(held.Checkpoint, held.Store);
        return true;
    }

    /// <summary>
    /// Loses the newest manifest, as damage to its file would: the next start recovers the older one.
    /// </summary>
    public void LoseNewest()
    {
        Newest = Older;
        Older = null;
    }

    /// <summary>Takes a checkpoint, now or when it is released.</summary>
    public void Accept(MemoryCheckpoint checkpoint, MemoryShardStore store)
    {
        if (HoldCheckpoints)
        {
            _held.Enqueue((checkpoint, store));
        }
        else
        {
            Persist(checkpoint, store);
        }
    }

    private void Persist(MemoryCheckpoint checkpoint, MemoryShardStore store)
    {
        Older = Newest;
        Newest = checkpoint;
        store.Completed(Older?.Applied ?? new LogIndex(0));
    }
}
