using Nacre.Core.Files;

namespace Nacre.Storage.Records;

/// <content>Holding a checkpoint's files for whoever copies them.</content>
internal sealed partial class ShardStore
{
    // Invariants:
    // - what is removed is looked up and removed under _holdGate, and so is what is held;
    // - _waiting has the names that nobody needs any more but a hold, or one that has just ended.
    private readonly Lock _holdGate = new();
    private readonly List<StoreHold> _holds = [];
    private readonly HashSet<string> _waiting = new(StringComparer.Ordinal);
    private bool _hasEnded;

    /// <summary>
    /// Holds the newest durable checkpoint: no file that it names is removed before the hold is disposed, and none of
    /// them changes below the end that the manifest names. Thread-safe; waits for the disk.
    /// </summary>
    /// <returns>The hold; null when there is no checkpoint, or the store is closed. Throws <see cref="StorageFaultException"/>.</returns>
    public StoreHold? Hold()
    {
        lock (_holdGate)
        {
            if (_hasEnded || _kept.Newest is not { } newest)
            {
                return null;
            }

            (ShardManifest manifest, byte[] bytes) = _folder.ReadWhole(newest.Manifest.Generation);
            var hold = new StoreHold(manifest, newest.Key, bytes, End);
            _holds.Add(hold);
            return hold;
        }
    }

    private IEnumerable<string> HeldFiles() => _holds.SelectMany(hold => hold.Manifest.Files());

    private void RemoveUnlessHeld(IEnumerable<string> names)
    {
        _waiting.UnionWith(names);
        HashSet<string> held = [.. HeldFiles()];
        foreach (string name in _waiting.Where(name => !held.Contains(name)).ToList())
        {
            _options.FileSystem.Delete(Path.Combine(_options.Directory, name));
            _waiting.Remove(name);
        }
    }

    private void End(StoreHold hold)
    {
        lock (_holdGate)
        {
            _holds.Remove(hold);
            if (_hasEnded)
            {
                // Another store may have the folder open; what is left goes at its start.
                return;
            }

            try
            {
                RemoveUnlessHeld([]);
            }
            catch (StorageFaultException fault)
            {
                // It takes space and does no harm: the next checkpoint tries again.
                StoreLog.HeldFileRemains(_options.Logger, _options.Shard.Value, fault);
            }
        }
    }
}
