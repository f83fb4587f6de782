using System.Buffers.Binary;
using CsCheck;
using Nacre.Core.Ids;
using Nacre.Storage.Records;

namespace Nacre.Storage.Tests.Records;

/// <summary>What every shard store promises; one fixture a store.</summary>
public abstract class ShardStoreContract
{
    /// <summary>Opens a store on a new, empty disk.</summary>
    private protected abstract IShardStore OpenNew();

    /// <summary>Opens the store again as its last checkpoint left it; the one before was disposed.</summary>
    private protected abstract IShardStore Reopen();

    /// <summary>Makes the newest manifest unusable; the store is closed.</summary>
    private protected abstract void LoseNewestManifest();

    [Test]
    public async Task Read_OfAWrittenRecord_GivesBothPartsInOne()
    {
        await using IShardStore store = OpenNew();
        RecordKey key = RecordKey.Item(new TabletId(3), new Lsn(7), 1, 2);

        store.Items.Write(key, "first "u8, "second"u8);

        using RecordLease sync = store.Items.Read(key);
        Assert.That(sync.Span.ToArray(), Is.EqualTo("first second"u8.ToArray()));
        using RecordLease lease = await store.Items.ReadAsync(key, CancellationToken.None);
        Assert.That(lease.Memory.ToArray(), Is.EqualTo("first second"u8.ToArray()));
    }

    [Test]
    public async Task Read_OfAnEmptyRecord_FindsIt()
    {
        await using IShardStore store = OpenNew();

        store.Nodes.Write(RecordKey.Node(1), [], []);

        using RecordLease lease = store.Nodes.Read(RecordKey.Node(1));
        Assert.That(lease.Found, Is.True);
        Assert.That(lease.Span.Length, Is.Zero);
    }

    [Test]
    public async Task Read_OfAnUnknownKey_FindsNothing()
    {
        await using IShardStore store = OpenNew();
        store.Items.Write(RecordKey.Node(1), "x"u8, []);

        Assert.That(store.Items.Read(RecordKey.Node(2)).Found, Is.False);
        Assert.That((await store.Items.ReadAsync(RecordKey.Node(2), CancellationToken.None)).Found, Is.False);
        Assert.That(store.Nodes.Read(RecordKey.Node(1)).Found, Is.False, "items and nodes are two stores");
    }

    [Test]
    public async Task ReadAsync_Cancelled_Throws()
    {
        await using IShardStore store = OpenNew();

        Assert.That(async () => await store.Items.ReadAsync(RecordKey.Node(1), new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Write_OfTheSameRecordAgain_IsRead()
    {
        await using IShardStore store = OpenNew();

        store.Items.Write(RecordKey.Node(1), "same"u8, []);
        store.Items.Write(RecordKey.Node(1), "sa"u8, "me"u8);

        Assert.That(Text(store.Items, 1), Is.EqualTo("same"));
    }

    [Test]
    public async Task New_Always_IsEmpty()
    {
        await using IShardStore store = OpenNew();

        Assert.That(store.RecoveredIndex, Is.EqualTo(new LogIndex(0)));
        Assert.That(store.RecoveredMeta.Length, Is.Zero);
        Assert.That(store.HasRoom, Is.True);
    }

    [Test]
    public async Task Reopen_WithoutACheckpoint_IsEmpty()
    {
        await using (IShardStore store = OpenNew())
        {
            store.Items.Write(RecordKey.Node(1), "x"u8, []);
        }

        await using IShardStore again = Reopen();
        Assert.That(again.RecoveredIndex, Is.EqualTo(new LogIndex(0)));
        Assert.That(again.Items.Read(RecordKey.Node(1)).Found, Is.False);
    }

    [Test]
    public async Task Reopen_AfterACheckpoint_HasExactlyWhatWasInIt()
    {
        await using (IShardStore store = OpenNew())
        {
            store.Items.Write(RecordKey.Node(1), "item"u8, []);
            store.Nodes.Write(RecordKey.Node(1), "node"u8, []);
            Task<LogIndex> checkpoint = store.BeginCheckpoint(new LogIndex(12), "meta"u8.ToArray());
            store.Items.Write(RecordKey.Node(2), "after"u8, []);

            Assert.That(await checkpoint, Is.EqualTo(new LogIndex(0)));
            Assert.That(Text(store.Items, 2), Is.EqualTo("after"));
        }

        await using IShardStore again = Reopen();
        Assert.That(again.RecoveredIndex, Is.EqualTo(new LogIndex(12)));
        Assert.That(again.RecoveredMeta.ToArray(), Is.EqualTo("meta"u8.ToArray()));
        Assert.That(Text(again.Items, 1), Is.EqualTo("item"));
        Assert.That(Text(again.Nodes, 1), Is.EqualTo("node"));
        Assert.That(again.Items.Read(RecordKey.Node(2)).Found, Is.False);
    }

    [Test]
    public async Task BeginCheckpoint_EachTime_FreesTheLogThroughTheOlderOne()
    {
        await using IShardStore store = OpenNew();

        Assert.That(await store.BeginCheckpoint(new LogIndex(5), default), Is.EqualTo(new LogIndex(0)));
        Assert.That(await store.BeginCheckpoint(new LogIndex(9), default), Is.EqualTo(new LogIndex(5)));
        Assert.That(await store.BeginCheckpoint(new LogIndex(9), default), Is.EqualTo(new LogIndex(9)));
    }

    [Test]
    public async Task Reopen_WithoutTheNewestManifest_HasTheOlderCheckpoint()
    {
        await using (IShardStore store = OpenNew())
        {
            for (ulong index = 1; index <= 4; index++)
            {
                WriteMany(store, index * 100, 50);
                await store.BeginCheckpoint(new LogIndex(index), BitConverter.GetBytes(index));
                CompactAll(store, key => key.Low >= (index - 1) * 100);
            }

            WriteMany(store, 500, 50);
        }

        LoseNewestManifest();
        await using IShardStore again = Reopen();
        Assert.That(again.RecoveredIndex, Is.EqualTo(new LogIndex(3)));
        for (ulong key = 100; key < 350; key++)
        {
            if (key % 100 < 50 && key >= 200)
            {
                Assert.That(Text(again.Items, key), Is.EqualTo(Content(key)));
            }
        }

        Assert.That(again.Items.Read(RecordKey.Node(400)).Found, Is.False);
    }

    [Test]
    public async Task CompactSlice_BeforeACheckpoint_HasNothingToDo()
    {
        await using IShardStore store = OpenNew();
        WriteMany(store, 1, 10);

        Assert.That(store.CompactSlice(store.Items, new Liveness(_ => true), 1 << 20), Is.Zero);
    }

    [Test]
    public async Task CompactSlice_InManySteps_KeepsWhatLivesAndGivesSpaceBack()
    {
        await using (IShardStore store = OpenNew())
        {
            WriteMany(store, 10, 3000);
            await store.BeginCheckpoint(new LogIndex(1), default);
            long before = store.Items.LogBytes;

            CompactAll(store, key => key.Low % 10 == 0, slice: 10_000);

            for (ulong key = 10; key < 3010; key += 10)
            {
                Assert.That(Text(store.Items, key), Is.EqualTo(Content(key)));
            }

            await store.BeginCheckpoint(new LogIndex(2), default);
            await store.BeginCheckpoint(new LogIndex(3), default);
            Assert.That(store.Items.LogBytes, Is.LessThan(before / 2));
        }

        await using IShardStore again = Reopen();
        for (ulong key = 10; key < 3010; key += 10)
        {
            Assert.That(Text(again.Items, key), Is.EqualTo(Content(key)));
        }
    }

    [Test]
    public async Task CompactSlice_DeadRecords_StayReadableUntilTheSecondCheckpointBegins()
    {
        await using IShardStore store = OpenNew();
        WriteMany(store, 1, 500);
        await store.BeginCheckpoint(new LogIndex(1), default);
        long before = store.Items.LogBytes;

        CompactAll(store, key => key.Low % 2 == 0);
        Assert.That(store.Items.LogBytes, Is.LessThan(before), "what is passed counts no more");
        await store.BeginCheckpoint(new LogIndex(2), default);
        for (ulong key = 1; key <= 500; key++)
        {
            Assert.That(Text(store.Items, key), Is.EqualTo(Content(key)));
        }

        await store.BeginCheckpoint(new LogIndex(3), default);
        Assert.That(store.Items.Read(RecordKey.Node(499)).Found, Is.False);
        Assert.That(Text(store.Items, 500), Is.EqualTo(Content(500)));
    }

    [Test]
    public void Store_UnderAnyOperations_AgreesWithADictionary()
    {
        Gen<int[]> operations = Gen.Int[0, 999].Array[1, 60];
        operations.Sample(steps => RunModelAsync(steps).GetAwaiter().GetResult(), iter: ModelRuns, threads: 1);
    }

    /// <summary>How many random histories are run.</summary>
    private protected virtual int ModelRuns => 50;

    private protected static void WriteMany(IShardStore store, ulong first, int count)
    {
        for (ulong key = first; key < first + (ulong)count; key++)
        {
            store.Items.Write(RecordKey.Node(key), System.Text.Encoding.UTF8.GetBytes(Content(key)), []);
        }
    }

    private protected static string Content(ulong key) =>
        string.Concat(Enumerable.Repeat($"record {key} ", 1 + (int)(key % 40)));

    private protected static string Text(IRecordStore records, ulong key)
    {
        using RecordLease lease = records.Read(RecordKey.Node(key));
        Assert.That(lease.Found, Is.True, $"record {key} is missing");
        return System.Text.Encoding.UTF8.GetString(lease.Span);
    }

    private protected static void CompactAll(IShardStore store, Func<RecordKey, bool> lives, long slice = 1 << 20)
    {
        // Live records go to the end: only as much as was there at the beginning is looked at.
        long left = store.Items.LogBytes;
        long looked;
        while (left > 0 && (looked = store.CompactSlice(store.Items, new Liveness(lives), Math.Min(slice, left))) > 0)
        {
            left -= looked;
        }
    }

    private async Task RunModelAsync(int[] steps)
    {
        IShardStore store = OpenNew();
        Dictionary<ulong, byte[]> model = [];
        Dictionary<ulong, byte[]> saved = [];
        ulong next = 1;
        ulong applied = 0;
        foreach (int step in steps)
        {
            switch (step % 10)
            {
                case < 6:
                    byte[] value = new byte[step * 7 % 9000];
                    BinaryPrimitives.TryWriteUInt64LittleEndian(value, next);
                    store.Nodes.Write(RecordKey.Node(next), value.AsSpan(0, value.Length / 3), value.AsSpan(value.Length / 3));
                    model[next++] = value;
                    break;
                case < 8:
                    await store.BeginCheckpoint(new LogIndex(++applied), default);
                    saved = new Dictionary<ulong, byte[]>(model);
                    break;
                case 8:
                    foreach (ulong dead in model.Keys.Where(key => key % 3 == 0).ToList())
                    {
                        model.Remove(dead);
                    }

                    store.CompactSlice(store.Nodes, new Liveness(key => model.ContainsKey(key.Low)), 50_000);
                    break;
                default:
                    await store.DisposeAsync();
                    store = Reopen();
                    Assert.That(store.RecoveredIndex, Is.EqualTo(new LogIndex(applied)));
                    model = new Dictionary<ulong, byte[]>(saved);
                    break;
            }
        }

        foreach ((ulong key, byte[] value) in model)
        {
            using RecordLease lease = store.Nodes.Read(RecordKey.Node(key));
            Assert.That(lease.Found, Is.True);
            Assert.That(lease.Span.SequenceEqual(value), Is.True);
        }

        await store.DisposeAsync();
    }
}
