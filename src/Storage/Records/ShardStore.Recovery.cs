using Nacre.Core.Files;
using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

/// <content>Opening.</content>
internal sealed partial class ShardStore
{
    /// <summary>
    /// Opens a shard's store at its newest checkpoint that can be read, or a new one. Waits for the disk.
    /// </summary>
    /// <exception cref="StorageFaultException">
    /// The disk refuses; or manifests are there and none can be used; or what the newest one names is damaged.
    /// </exception>
    public static ShardStore Open(ShardStoreOptions options)
    {
        options.Validate();
        if (!options.IsReadOnly)
        {
            options.FileSystem.CreateDirectory(options.Directory);
        }

        ManifestFolder folder = new(options.FileSystem, options.Directory, options.Shard, options.Keys, options.Random);
        IReadOnlyList<ulong> generations = folder.List();
        List<Kept> kept = ReadKept(options, folder, generations);
        Kept? newest = kept.ElementAtOrDefault(0);
        Kept? older = kept.ElementAtOrDefault(1);

        StoreId store = newest?.Manifest.Store ?? StoreId.Draw(options.Random);
        BlockGeometry geometry = new(newest?.Manifest.Groups ?? options.SegmentGroups);
        ShardStoreOptions effective = options with { PageBytes = newest?.Manifest.PageBytes ?? options.PageBytes };
        if (!options.IsReadOnly && kept.Count == Math.Min(2, generations.Count))
        {
            // What a crash left over. With a damaged manifest its files stay, until the next checkpoint replaces it.
            RemoveAllBut(effective, [.. kept.SelectMany(manifest => manifest.Manifest.Files())]);
        }

        DeviceFaults faults = new();
        ShardPart items = ShardPart.Open(effective, faults, store, geometry, BlockLogKind.Items, newest?.Manifest.Items);
        ShardPart nodes;
        try
        {
            nodes = ShardPart.Open(effective, faults, store, geometry, BlockLogKind.Nodes, newest?.Manifest.Nodes);
        }
        catch
        {
            items.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }

        return new ShardStore(
            effective, faults, folder, store, items, nodes, new KeptManifests(newest, older),
            generations.Count > 0 ? generations[0] : 0);
    }

    private static List<Kept> ReadKept(ShardStoreOptions options, ManifestFolder folder, IReadOnlyList<ulong> generations)
    {
        List<Kept> kept = [];
        StorageFaultException? damage = null;
        foreach (ulong generation in generations)
        {
            try
            {
                (ShardManifest manifest, Core.Ids.DataKeyId key) = folder.Read(generation);
                kept.Add(new Kept(manifest, key));
            }
            catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.Corrupt)
            {
                damage ??= fault;
                StoreLog.ManifestDamaged(options.Logger, options.Shard.Value, generation, fault.Message);
            }

            if (kept.Count == 2)
            {
                break;
            }
        }

        return kept.Count == 0 && damage is not null ? throw damage : kept;
    }

    private static void RemoveAllBut(ShardStoreOptions options, HashSet<string> needed)
    {
        foreach (string name in options.FileSystem.ListFiles(options.Directory))
        {
            if (name.EndsWith(".seg", StringComparison.Ordinal) && !needed.Contains(name))
            {
                options.FileSystem.Delete(Path.Combine(options.Directory, name));
            }
        }
    }
}
