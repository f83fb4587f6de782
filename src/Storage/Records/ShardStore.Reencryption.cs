using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

/// <content>Following a key rotation.</content>
internal sealed partial class ShardStore
{
    /// <summary>
    /// Data keys that something on disk still needs: a block, an index page or a kept manifest. A key may be
    /// destroyed once no store of its domain names it.
    /// </summary>
    /// <remarks>Any thread, while no checkpoint is under way.</remarks>
    public IReadOnlyList<DataKeyId> KeysInUse()
    {
        SortedSet<DataKeyId> keys = [.. _items.Log.Keys(), .. _nodes.Log.Keys()];
        foreach (Kept kept in new[] { _newest, _older }.OfType<Kept>())
        {
            keys.Add(kept.Key);
            keys.UnionWith(kept.Manifest.Keys());
        }

        return [.. keys];
    }

    /// <summary>
    /// Rewrites one segment under the domain's current data key. Checkpoints afterwards name the new file; the old
    /// one, and its key's use, ends with the second of them.
    /// </summary>
    /// <returns>False when every segment is under the current key.</returns>
    /// <exception cref="StorageFaultException">A block of the segment fails its check, or the disk refuses; the old file stays in use.</exception>
    /// <remarks>Any thread, one call at a time, while no checkpoint is under way.</remarks>
    public async Task<bool> ReencryptSegmentAsync()
    {
        Invariant.Check(_checkpoint.IsCompleted);
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
