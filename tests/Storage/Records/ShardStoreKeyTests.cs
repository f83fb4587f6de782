using Nacre.Core.Ids;
using Nacre.Storage.Records;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Records;

/// <summary>Keys, salts and rotation.</summary>
[TestFixture]
public sealed class ShardStoreKeyTests
{
    private StoreBench _bench = new(new SimulatedFileSystem());

    [SetUp]
    public void NewBench() => _bench = new StoreBench(new SimulatedFileSystem());

    [TearDown]
    public void CloseBench() => _bench.Dispose();

    [Test]
    public async Task Blocks_OfTheSameText_AreNeverTheSameBytes()
    {
        // The same key and nonce would give the same bytes for the same text: fillers and page ends are all zeros.
        HashSet<string> seen = [];
        int blocks = 0;
        Watch(_bench.Files);
        for (int round = 0; round < 5; round++)
        {
            await using (ShardStore store = _bench.Open())
            {
                store.Items.Write(RecordKey.Node(77), new byte[100_000], []);
                store.Nodes.Write(RecordKey.Node(77), new byte[100_000], []);
                await WriteAsync(store);
            }

            _bench.Files = _bench.Files.Reboot(5);
            Watch(_bench.Files);
        }

        Assert.That(blocks, Is.GreaterThan(250));

        void Watch(SimulatedFileSystem files) => files.OnWrite = (path, position, bytes) =>
        {
            for (int offset = 0; path.EndsWith(".seg", StringComparison.Ordinal) && position > 0 && offset < bytes.Length; offset += 4096)
            {
                blocks++;
                Assert.That(seen.Add(Convert.ToHexString(bytes.Span.Slice(offset, 4096))), Is.True);
            }
        };
    }

    [Test]
    public async Task Open_OfACopiedFolder_GoesOnUnderAnotherKey()
    {
        await using (ShardStore store = _bench.Open())
        {
            await WriteAsync(store);
        }

        int before = _bench.Keys.DistinctDerivations;
        SimulatedFileSystem copy = _bench.Files.Clone();
        await using (ShardStore store = _bench.Open())
        {
            await WriteAsync(store);
        }

        _bench.Files = copy;
        await using (ShardStore store = _bench.Open())
        {
            await WriteAsync(store);
        }

        // Each open: items, nodes and two manifests of WriteAsync under salts of their own.
        Assert.That(_bench.Keys.DistinctDerivations, Is.EqualTo(before + 8));
    }

    [Test]
    public async Task Rotation_AfterReencryption_LetsTheOldKeyDie()
    {
        DataKeyId old = _bench.Keys.Current(KeyDomainId.Shared);
        await using (ShardStore store = _bench.Open())
        {
            Fill(store, 1, 3000);
            await store.BeginCheckpoint(new LogIndex(1), default);
            await store.BeginCheckpoint(new LogIndex(2), default);
            Assert.That(store.KeysInUse(), Is.EqualTo(new[] { old }));

            DataKeyId current = _bench.Keys.Rotate(KeyDomainId.Shared);
            int segments = 0;
            while (await store.ReencryptSegmentAsync())
            {
                segments++;
                Check(store, 1, 3000);
            }

            Assert.That(segments, Is.GreaterThan(10));
            Assert.That(store.KeysInUse(), Does.Contain(old), "the kept manifests still name the old files");
            Fill(store, 3001, 200);
            for (ulong index = 3; index < 6; index++)
            {
                await store.BeginCheckpoint(new LogIndex(index), default);
                await store.IndexIdleAsync();
            }

            Assert.That(store.KeysInUse(), Is.EqualTo(new[] { current }));
        }

        _bench.Keys.Destroy(old);
        Assert.That(StoreVerifier.Verify(_bench.Options(_bench.Files), CancellationToken.None).Findings, Is.Empty);
        await using ShardStore again = _bench.Open();
        Check(again, 1, 3200);
    }

    [Test]
    public async Task Reencryption_WhileOthersReadAndWrite_DisturbsNobody()
    {
        await using ShardStore store = _bench.Open();
        Fill(store, 1, 3000);
        await store.BeginCheckpoint(new LogIndex(1), default);
        using CancellationTokenSource stop = new();
        Task[] readers = [.. Enumerable.Range(0, 2).Select(reader => ReadUntilAsync(store, (ulong)reader, stop.Token))];

        ulong next = 3001;
        ulong index = 1;
        for (int round = 0; round < 3; round++)
        {
            _bench.Keys.Rotate(KeyDomainId.Shared);
            Task<LogIndex> checkpoint = store.BeginCheckpoint(new LogIndex(++index), default);
            while (await store.ReencryptSegmentAsync())
            {
                Fill(store, next, 20);
                next += 20;
                if (checkpoint.IsCompleted)
                {
                    checkpoint = store.BeginCheckpoint(new LogIndex(++index), default);
                }
            }

            await checkpoint;
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Check(store, 1, next - 1);
        await store.BeginCheckpoint(new LogIndex(++index), default);
        Assert.That(StoreVerifier.Verify(_bench.Options(_bench.Files), CancellationToken.None).Findings, Is.Empty);
    }

    private static async Task ReadUntilAsync(ShardStore store, ulong seed, CancellationToken stop)
    {
        SeededRandom random = new(seed);
        while (!stop.IsCancellationRequested)
        {
            ulong key = 1 + (ulong)random.Next(3000);
            using RecordLease lease = await store.Items.ReadAsync(RecordKey.Node(key), CancellationToken.None);
            Assert.That(lease.Found, Is.True);
            Assert.That(lease.Span.SequenceEqual(Content(key)), Is.True);
        }
    }

    private static async Task WriteAsync(ShardStore store)
    {
        store.Items.Write(RecordKey.Node(1), "the same text"u8, []);
        store.Nodes.Write(RecordKey.Node(1), "the same text"u8, []);
        await store.BeginCheckpoint(new LogIndex(1), default);
        store.Items.Write(RecordKey.Node(2), "the same text"u8, []);
        store.Nodes.Write(RecordKey.Node(2), "the same text"u8, []);
        await store.BeginCheckpoint(new LogIndex(2), default);
    }

    private static byte[] Content(ulong key)
    {
        byte[] content = new byte[2000];
        Array.Fill(content, (byte)key);
        return content;
    }

    private static void Fill(ShardStore store, ulong first, ulong count)
    {
        for (ulong key = first; key < first + count; key++)
        {
            store.Items.Write(RecordKey.Node(key), Content(key), []);
        }
    }

    private static void Check(ShardStore store, ulong first, ulong count)
    {
        for (ulong key = first; key < first + count; key++)
        {
            using RecordLease lease = store.Items.Read(RecordKey.Node(key));
            Assert.That(lease.Found, Is.True, $"record {key}");
            Assert.That(lease.Span.SequenceEqual(Content(key)), Is.True, $"record {key}");
        }
    }
}
