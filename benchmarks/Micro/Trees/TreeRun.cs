using Nacre.Storage.Trees;

namespace Nacre.Micro.Trees;

/// <summary>
/// Loads an index, then reads it, and prints rates:
/// <c>trees [keys=items] [count=1000000] [buffer=16] [node=8192] [cache=10] [load=only]</c>, buffer in MiB, cache in percent of
/// the tree. Times are processor time of the whole process, garbage collection included, so that other work on the
/// machine does not count.
/// </summary>
internal static class TreeRun
{
    private const int BatchSize = 256;
    private const int ValueBytes = 30;
    private static readonly TreeId Tree = new(1);

    public static async Task RunAsync(string[] options)
    {
        Dictionary<string, string> settings = options.Select(o => o.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        string[] sets = settings.TryGetValue("keys", out string? name) ? name.Split(',') : [.. KeySet.Names];
        int count = int.Parse(settings.GetValueOrDefault("count", "1000000"));
        long buffer = long.Parse(settings.GetValueOrDefault("buffer", "16")) << 20;
        int node = int.Parse(settings.GetValueOrDefault("node", "8192"));
        int cachePercent = int.Parse(settings.GetValueOrDefault("cache", "10"));
        foreach (string set in sets)
        {
            await RunAsync(set, count, buffer, node, cachePercent, loadOnly: settings.ContainsKey("load"));
        }
    }

    private static async Task RunAsync(string set, int count, long buffer, int node, int cachePercent, bool loadOnly)
    {
        KeySet keys = KeySet.Make(set, count);
        long raw = keys.Bytes + ((long)count * ValueBytes);
        Console.WriteLine($"== {set}: {count:N0} keys of {keys.Bytes / count} bytes, nodes of {node}");

        // The size is known after a first load; the second one has a cache of the share that was asked for.
        (OrderedIndex warm, _, _) = Load(keys, buffer, node, 1L << 32, print: false);
        long share = warm.Root.Bytes * cachePercent / 100;
        GC.Collect();
        (OrderedIndex index, FlatRecordStore records, NodeAllocator allocator) = Load(keys, buffer, node, share, print: true);
        TreeRoot root = index.Root;
        TreeVerification seen = TreeVerifier.Verify(Tree, records, root, null, CancellationToken.None);
        Console.WriteLine($"  written {records.LogBytes / (double)raw:F2} times the data; tree {root.Bytes / 1e6:F1} MB of {raw / 1e6:F1} MB raw, "
            + $"{seen.Leaves:N0} leaves, {(root.Bytes / (double)(seen.Leaves + seen.InnerNodes)) / node:P0} full, height {root.Height}");

        if (loadOnly)
        {
            return;
        }

        OrderedIndex cold = new(Tree, records, allocator, new NodeCache(share), new TreeOptions { NodeBytes = node }, root);
        await ScanAsync("scan, a tenth cached", cold.Publish(), count);
        await ScanAsync("scan, a tenth cached, descending", cold.Publish(), count, descending: true);
        OrderedIndex cached = new(Tree, records, allocator, new NodeCache(1L << 32), new TreeOptions { NodeBytes = node }, root);
        await GetAsync("warming", cached.Publish(), keys, print: false);
        await ScanAsync("scan, all cached", cached.Publish(), count);
        await GetAsync("get, all cached", cached.Publish(), keys, print: true);
        await GetAsync("get, a tenth cached", cold.Publish(), keys, print: true);

        byte[] value = new byte[ValueBytes];
        for (int i = 0; i < count && cached.BufferedBytes < buffer; i++)
        {
            cached.Put(keys[i].Span, value);
        }

        TreeView buffered = cached.Publish();
        await GetAsync("get, all cached, buffer full", buffered, keys, print: true);
        await ScanAsync("scan, all cached, buffer full", buffered, count);
    }

    private static (OrderedIndex Index, FlatRecordStore Records, NodeAllocator Allocator) Load(
        KeySet keys, long buffer, int node, long cacheBytes, bool print)
    {
        FlatRecordStore records = new();
        NodeAllocator allocator = new(1);
        OrderedIndex index = new(Tree, records, allocator, new NodeCache(cacheBytes), new TreeOptions { NodeBytes = node }, TreeRoot.Empty);
        byte[] value = new byte[ValueBytes];
        new Random(2).NextBytes(value);
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan paused = GC.GetTotalPauseDuration();
        (int young, int full) = (GC.CollectionCount(0), GC.CollectionCount(2));
        TimeSpan start = Environment.CpuUsage.TotalTime;
        TimeSpan draining = default;
        int drains = 0;
        for (int i = 0; i < keys.Count; i++)
        {
            index.Put(keys[i].Span, value);
            if (i % BatchSize == 0)
            {
                index.Publish();
                if (index.BufferedBytes >= buffer)
                {
                    TimeSpan began = Environment.CpuUsage.TotalTime;
                    index.Drain();
                    draining += (Environment.CpuUsage.TotalTime - began);
                    drains++;
                }
            }
        }

        TimeSpan last = Environment.CpuUsage.TotalTime;
        index.Drain();
        draining += (Environment.CpuUsage.TotalTime - last);
        TimeSpan took = (Environment.CpuUsage.TotalTime - start);
        if (print)
        {
            Console.WriteLine($"  put {keys.Count / took.TotalSeconds / 1e3:N0} k/s with {drains + 1} drains ({draining / took:P0} of the time, {draining.TotalMilliseconds / (drains + 1):F0} ms each), "
                + $"without them {keys.Count / (took - draining).TotalSeconds / 1e3:N0} k/s; {(GC.GetTotalAllocatedBytes(precise: true) - allocated) / keys.Count} bytes allocated a put, paused {(GC.GetTotalPauseDuration() - paused).TotalMilliseconds:F0} ms in {GC.CollectionCount(0) - young} collections, {GC.CollectionCount(2) - full} of them full");
        }

        return (index, records, allocator);
    }

    private static async Task ScanAsync(string what, TreeView view, int count, bool descending = false)
    {
        double best = 0;
        for (int round = 0; round < 3; round++)
        {
            TimeSpan start = Environment.CpuUsage.TotalTime;
            int rows = 0;
            long bytes = 0;
            await using TreeCursor cursor = view.Seek(default, true, default, descending);
            while (await cursor.MoveNextAsync(CancellationToken.None))
            {
                rows++;
                bytes += cursor.Key.Length + cursor.Value.Length;
            }

            if (rows != count)
            {
                throw new InvalidOperationException($"{rows} rows of {count}.");
            }

            best = Math.Max(best, rows / (Environment.CpuUsage.TotalTime - start).TotalSeconds);
        }

        Console.WriteLine($"  {what}: {best / 1e6:F1} M rows/s");
    }

    private static async Task GetAsync(string what, TreeView view, KeySet keys, bool print)
    {
        double best = 0;
        for (int round = 0; round < (print ? 3 : 1); round++)
        {
            TimeSpan start = Environment.CpuUsage.TotalTime;
            for (int i = 0; i < keys.Count; i++)
            {
                if (!(await view.TryGetAsync(keys[i], CancellationToken.None)).Found)
                {
                    throw new InvalidOperationException("An entry is missing.");
                }
            }

            best = Math.Max(best, keys.Count / (Environment.CpuUsage.TotalTime - start).TotalSeconds);
        }

        if (print)
        {
            Console.WriteLine($"  {what}: {best / 1e6:F2} M/s");
        }
    }
}
