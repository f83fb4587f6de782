using Nacre.Core.Ids;
using Nacre.Storage.Records;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Records;

/// <summary>Readers beside the applier, and more data than memory.</summary>
[TestFixture]
public sealed class ShardStoreConcurrencyTests
{
    [Test]
    public async Task Readers_DuringWritesCheckpointsAndCompaction_FindEveryLiveRecord()
    {
        using StoreBench bench = new(new SimulatedFileSystem());
        await using ShardStore store = bench.Open();
        ulong written = 0;
        ulong dead = 0;
        Write(store, ref written, 2000);
        await store.BeginCheckpoint(new LogIndex(1), default);
        using CancellationTokenSource stop = new();
        Task[] readers =
        [
            .. Enumerable.Range(0, 2).Select(seed => Task.Factory.StartNew(
                () => ReadUntilAsync(store, (ulong)seed, () => Volatile.Read(ref dead), () => Volatile.Read(ref written), stop.Token),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()),
        ];

        for (ulong round = 2; round < 20; round++)
        {
            Task<LogIndex> checkpoint = store.BeginCheckpoint(new LogIndex(round), default);
            Write(store, ref written, 300);
            await checkpoint;
            Volatile.Write(ref dead, dead + 200);
            ulong limit = dead;
            for (int slice = 0; slice < 5; slice++)
            {
                store.CompactSlice(store.Items, new Liveness(key => key.Low > limit), 100_000);
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Test]
    public async Task Store_LargerThanItsMemory_ReadsBackEverything()
    {
        using StoreBench bench = new(new SimulatedFileSystem());
        ulong written = 0;
        await using (ShardStore store = bench.Open())
        {
            for (ulong round = 1; round <= 5; round++)
            {
                Write(store, ref written, 2500);
                await store.BeginCheckpoint(new LogIndex(round), default);
            }

            Assert.That(store.Items.LogBytes, Is.GreaterThan(3 * bench.Options(bench.Files).MemoryBytes));
            await ReadAllAsync(store, written);
            await store.IndexIdleAsync();
            await store.BeginCheckpoint(new LogIndex(6), default);
            Assert.That(bench.Named("items-index-"), Is.Not.Empty);
        }

        await using ShardStore again = bench.Open();
        await ReadAllAsync(again, written);
    }

    private static async Task ReadAllAsync(ShardStore store, ulong last)
    {
        for (ulong key = 1; key <= last; key++)
        {
            using RecordLease lease = key % 2 == 0
                ? store.Items.Read(RecordKey.Node(key))
                : await store.Items.ReadAsync(RecordKey.Node(key), CancellationToken.None);
            Assert.That(lease.Found, Is.True, $"record {key}");
            Assert.That(lease.Span.SequenceEqual(Content(key)), Is.True, $"record {key}");
        }
    }

    private static async Task ReadUntilAsync(
        ShardStore store, ulong seed, Func<ulong> dead, Func<ulong> written, CancellationToken stop)
    {
        SeededRandom random = new(seed);
        while (!stop.IsCancellationRequested)
        {
            ulong first = dead() + 250;
            ulong key = first + (ulong)random.Next((int)(written() - first));
            using RecordLease lease = await store.Items.ReadAsync(RecordKey.Node(key), CancellationToken.None);
            if (key <= dead())
            {
                continue;
            }

            Assert.That(lease.Found, Is.True, $"record {key}");
            Assert.That(lease.Span.SequenceEqual(Content(key)), Is.True, $"record {key}");
        }
    }

    private static byte[] Content(ulong key)
    {
        byte[] content = new byte[500 + (key * 37 % 3000)];
        Array.Fill(content, (byte)key);
        return content;
    }

    private static void Write(ShardStore store, ref ulong written, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ulong key = written + 1;
            store.Items.Write(RecordKey.Node(key), Content(key), []);
            Volatile.Write(ref written, key);
        }
    }
}
