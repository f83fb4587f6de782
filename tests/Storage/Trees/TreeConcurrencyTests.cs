using System.Buffers.Binary;
using Nacre.Storage.Records;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Tests.Trees;

/// <summary>Readers beside the applier.</summary>
public sealed class TreeConcurrencyTests
{
    private const int Keys = 20_000;
    private const int Batches = 600;

    /// <summary>What a batch writes follows from its number, so what a view must show does too.</summary>
    [Test]
    public async Task Views_DuringPutsAndDrains_ShowExactlyTheirBatch([Values(16_384, 4 << 20)] long cacheBytes)
    {
        LockedRecordStore records = new();
        OrderedIndex index = new(
            new TreeId(1), records, new NodeAllocator(1), new NodeCache(cacheBytes), new TreeOptions { NodeBytes = 2048 },
            TreeRoot.Empty);
        Published published = new(index.Publish(), 0);
        bool done = false;
        Task<int>[] readers = [.. Enumerable.Range(0, 2).Select(seed => Task.Run(async () =>
        {
            Random random = new(seed);
            int checks = 0;
            while (!Volatile.Read(ref done) || checks == 0)
            {
                Published seen = Volatile.Read(ref published);
                await Check(seen, random, descending: checks % 2 == 1);
                checks++;
            }

            return checks;
        }))];

        for (int batch = 1; batch <= Batches; batch++)
        {
            Apply(index, batch);
            if (batch % 80 == 0 && !index.IsDraining)
            {
                index.BeginDrain();
            }

            if (index.IsDraining && batch % 4 == 0)
            {
                index.DrainSlice(40);
            }

            Volatile.Write(ref published, new Published(index.Publish(), batch));
        }

        Volatile.Write(ref done, true);
        int[] checks = await Task.WhenAll(readers);
        Assert.That(checks.Min(), Is.GreaterThan(0));
        index.Drain();
        await Check(new Published(index.Publish(), Batches), new Random(1), descending: false);
    }

    /// <summary>Each key is written every 97th batch, and every third time it goes.</summary>
    private static void Apply(OrderedIndex index, int batch)
    {
        Span<byte> value = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(value, batch);
        for (int key = batch % 97; key < Keys; key += 97)
        {
            switch (batch / 97 % 3 == 2, batch % 3 == 0)
            {
                case (true, true):
                    index.Delete(TreeWorkbench.Number(key));
                    break;
                case (true, false):
                    index.DeleteLater(TreeWorkbench.Number(key));
                    break;
                case (false, true):
                    index.Put(TreeWorkbench.Number(key), value);
                    break;
                case (false, false):
                    index.PutLater(TreeWorkbench.Number(key), value);
                    break;
            }
        }
    }

    /// <summary>The batch that last wrote a key, as of a batch; 0 when it is not there.</summary>
    private static int Expected(int key, int batch)
    {
        int last = batch - ((batch - (key % 97) + 97) % 97);
        return last <= 0 || last / 97 % 3 == 2 ? 0 : last;
    }

    private static async Task Check(Published seen, Random random, bool descending)
    {
        int from = random.Next(Keys);
        int count = random.Next(1, 700);
        await using TreeCursor cursor = seen.View.Seek(TreeWorkbench.Number(from), true, default, descending);
        int key = from;
        int step = descending ? -1 : 1;
        for (int i = 0; i < count; i++)
        {
            while (key is >= 0 and < Keys && Expected(key, seen.Batch) == 0)
            {
                key += step;
            }

            bool more = await cursor.MoveNextAsync(CancellationToken.None);
            if (more != key is >= 0 and < Keys)
            {
                throw new AssertionException($"view {seen.Batch}: the cursor {(more ? "goes on" : "ends")} at {key}");
            }

            if (!more)
            {
                break;
            }

            Require(BinaryPrimitives.ReadInt64BigEndian(cursor.Key.Span) == key, seen, key);
            Require(BinaryPrimitives.ReadInt32LittleEndian(cursor.Value.Span) == Expected(key, seen.Batch), seen, key);
            key += step;
        }

        for (int i = 0; i < 50; i++)
        {
            key = random.Next(Keys);
            TreeValue value = await seen.View.TryGetAsync(TreeWorkbench.Number(key), CancellationToken.None);
            int expected = Expected(key, seen.Batch);
            Require(value.Found == (expected != 0), seen, key);
            Require(!value.Found || BinaryPrimitives.ReadInt32LittleEndian(value.Span) == expected, seen, key);
        }
    }

    private static void Require(bool condition, Published seen, int key)
    {
        if (!condition)
        {
            throw new AssertionException($"view {seen.Batch} is wrong at {key}");
        }
    }

    private sealed record Published(TreeView View, int Batch);

    /// <summary>Records for several threads; every second read takes its time.</summary>
    private sealed class LockedRecordStore : IRecordStore
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<RecordKey, byte[]> _records = new();
        private int _reads;

        public long LogBytes => 0;

        public async ValueTask<RecordLease> ReadAsync(RecordKey key, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _reads) % 2 == 0)
            {
                await Task.Yield();
            }

            return Read(key);
        }

        public RecordLease Read(RecordKey key)
        {
            byte[] record = _records[key];
            byte[] rented = System.Buffers.ArrayPool<byte>.Shared.Rent(record.Length);
            record.CopyTo(rented, 0);
            return new RecordLease(rented, record.Length);
        }

        public void Write(RecordKey key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
            _records[key] = [.. first, .. second];
    }
}
