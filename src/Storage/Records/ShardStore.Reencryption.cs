using Nacre.Core.Ids;

namespace Nacre.Storage.Records;

/// <content>Following a key rotation.</content>
internal sealed partial class ShardStore
{
    /// <inheritdoc/>
    public IReadOnlyList<DataKeyId> KeysInUse()
    {
        // In this order: what a checkpoint seals is named by it before it is named by what is kept.
        SortedSet<DataKeyId> keys = [];
        DataKeyId sealing = new(Volatile.Read(ref _sealingKey));
        if (sealing != default)
        {
            keys.Add(sealing);
        }

        keys.UnionWith(_items.KeysInUse());
        keys.UnionWith(_nodes.KeysInUse());
        foreach (Kept kept in _kept.All)
        {
            keys.Add(kept.Key);
            keys.UnionWith(kept.Manifest.Keys());
        }

        lock (_holdGate)
        {
            foreach (StoreHold hold in _holds)
            {
                keys.Add(hold.Key);
                keys.UnionWith(hold.Manifest.Keys());
            }
        }

        return [.. keys];
    }

    /// <inheritdoc/>
    public async Task<bool> ReencryptSegmentAsync()
    {
        _faults.ThrowIfFailed();
        DataKeyId current = _options.Keys.Current(_options.Domain);
        foreach (ShardPart part in new[] { _items, _nodes })
        {
            if (part.Log.FindStale(current) is { } segment)
            {
                await _options.Io.RunAsync(() => part.Log.Reencrypt(segment)).ConfigureAwait(false);
                return true;
            }
        }

        return false;
    }
}
