using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Time;
using Nacre.Storage.Devices;
using Nacre.Storage.Files;
using Nacre.Storage.Records;

namespace Nacre.Micro.Records;

/// <summary>
/// One pass over a shard's store on a real disk: reads and writes in memory, checkpoints of 200 MB beside a writer,
/// 1 M records of 1 KB in a store of 128 MiB, and opening it.
/// </summary>
internal static class StoreRun
{
    private const int Small = 500_000;
    private const int Large = 1_000_000;
    private const int LargeBytes = 1000;

    public static async Task RunAsync(string directory)
    {
        using IoThreads io = new(4);
        ShardStoreOptions options = new()
        {
            FileSystem = PosixFileSystem.Instance,
            Directory = directory,
            Shard = new ShardId(1),
            Domain = KeyDomainId.Shared,
            Keys = new OneKey(),
            Random = CryptographicRandom.Instance,
            Time = TimeProvider.System,
            Io = io,
            NodeShare = 0.1,
        };
        await InMemoryAsync(options with { MemoryBytes = 1L << 30 });
        await CheckpointsAsync(options with { MemoryBytes = 1L << 30 });
        await LargerThanMemoryAsync(options with { MemoryBytes = 128L << 20 });
        PosixFileSystem.Instance.DeleteDirectory(directory);
    }

    private static async Task InMemoryAsync(ShardStoreOptions options)
    {
        await using ShardStore store = OpenNew(options);
        byte[] value = RandomNumberGenerator.GetBytes(200);
        for (ulong round = 0; round < 3; round++)
        {
            ulong first = 1 + (round * Small);
            Report("write of 200 B, in memory", Small, () =>
            {
                for (ulong key = first; key < first + Small; key++)
                {
                    store.Items.Write(RecordKey.Node(key), value, []);
                }
            });
            await ReportAsync("read of 200 B, in memory, random", Small, async () =>
            {
                for (ulong i = 0; i < Small; i++)
                {
                    using RecordLease lease = await store.Items.ReadAsync(RecordKey.Node(first + (i * 7919 % Small)), CancellationToken.None);
                }
            });
        }
    }

    private static async Task CheckpointsAsync(ShardStoreOptions options)
    {
        await using ShardStore store = OpenNew(options);
        byte[] value = RandomNumberGenerator.GetBytes(LargeBytes);
        ulong key = 1;
        for (ulong round = 1; round <= 5; round++)
        {
            for (int i = 0; i < 200_000; i++)
            {
                store.Items.Write(RecordKey.Node(key++), value, []);
            }

            long start = Stopwatch.GetTimestamp();
            Task<LogIndex> checkpoint = store.BeginCheckpoint(new LogIndex(round), default);
            TimeSpan begin = Stopwatch.GetElapsedTime(start);
            TimeSpan worst = TimeSpan.Zero;
            while (!checkpoint.IsCompleted)
            {
                long batch = Stopwatch.GetTimestamp();
                for (int i = 0; i < 20; i++)
                {
                    store.Items.Write(RecordKey.Node(key++), value, []);
                }

                worst = TimeSpan.FromTicks(Math.Max(worst.Ticks, Stopwatch.GetElapsedTime(batch).Ticks));
                await Task.Delay(1);
            }

            await checkpoint;
            Print("checkpoint of 200 MB", string.Create(
                CultureInfo.InvariantCulture,
                $"begin {begin.TotalMilliseconds:F2} ms, whole {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms, worst 20 writes {worst.TotalMilliseconds:F2} ms"));
        }
    }

    private static async Task LargerThanMemoryAsync(ShardStoreOptions options)
    {
        byte[] value = RandomNumberGenerator.GetBytes(LargeBytes - 8);
        byte[] head = new byte[8];
        await using (ShardStore store = OpenNew(options))
        {
            await ReportAsync("load of 1 KB with 10 checkpoints", Large, async () =>
            {
                for (ulong key = 1; key <= Large; key++)
                {
                    BinaryPrimitives.WriteUInt64LittleEndian(head, key);
                    store.Items.Write(RecordKey.Node(key), head, value);
                    if (key % (Large / 10) == 0)
                    {
                        await store.BeginCheckpoint(new LogIndex(key), default);
                    }
                }
            });
            await ReportAsync("read of 1 KB, cold, 32 readers", 100_000, () => Parallel.ForAsync(0, 32, async (reader, _) =>
            {
                ulong key = (ulong)reader;
                for (int i = 0; i < 100_000 / 32; i++)
                {
                    key = ((key * 6364136223846793005) + 1442695040888963407) % Large;
                    using RecordLease lease = await store.Items.ReadAsync(RecordKey.Node(key + 1), CancellationToken.None);
                    if (!lease.Found || BinaryPrimitives.ReadUInt64LittleEndian(lease.Span) != key + 1)
                    {
                        throw new InvalidOperationException($"record {key + 1} is wrong");
                    }
                }
            }));
        }

        long disk = new DirectoryInfo(options.Directory).EnumerateFiles().Sum(file => file.Length);
        Print("disk for a byte of records", (disk / (double)(Large * (long)LargeBytes)).ToString("F3", CultureInfo.InvariantCulture));
        for (int round = 0; round < 3; round++)
        {
            long start = Stopwatch.GetTimestamp();
            await using ShardStore store = ShardStore.Open(options);
            using (store.Items.Read(RecordKey.Node(Large / 2)))
            {
                Print("open and first read", string.Create(
                    CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms"));
            }
        }
    }

    private static ShardStore OpenNew(ShardStoreOptions options)
    {
        options.FileSystem.DeleteDirectory(options.Directory);
        GC.Collect();
        return ShardStore.Open(options);
    }

    private static void Report(string what, int count, Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        PrintRate(what, count, start);
    }

    private static async Task ReportAsync(string what, int count, Func<Task> action)
    {
        long start = Stopwatch.GetTimestamp();
        await action();
        PrintRate(what, count, start);
    }

    private static void PrintRate(string what, int count, long start) => Print(what, string.Create(
        CultureInfo.InvariantCulture, $"{count / Stopwatch.GetElapsedTime(start).TotalSeconds / 1000:F0} k/s"));

    private static void Print(string what, string figure) => Console.WriteLine(
        $"{what,-36} {figure}, resident {Environment.WorkingSet >> 20} MB");

    /// <summary>A key that never changes.</summary>
    private sealed class OneKey : IDataKeys
    {
        private readonly byte[] _material = RandomNumberGenerator.GetBytes(32);

        public DataKeyId Current(KeyDomainId domain) => new(1);

        public bool TryDerive(DataKeyId key, ReadOnlySpan<byte> context, Span<byte> derived)
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, _material, derived, salt: [], context);
            return true;
        }
    }
}
