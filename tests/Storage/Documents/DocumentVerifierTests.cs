using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Storage.Documents;
using Nacre.Storage.Records;
using Nacre.Storage.Records.Memory;
using Nacre.Storage.Trees;
using static Nacre.Storage.Tests.Documents.DocumentWorkbench;

namespace Nacre.Storage.Tests.Documents;

[TestFixture]
public sealed class DocumentVerifierTests
{
    private readonly RangeDefinition _range = Range();
    private DocumentWorkbench _bench = null!;

    [SetUp]
    public void Open()
    {
        _bench = new DocumentWorkbench();
        _bench.Activate(_range);
        for (int i = 0; i < 200; i++)
        {
            _bench.Write(_range, Upsert($"item{i}", new string('x', i % 7 == 0 ? 70_000 : 100)));
        }
    }

    [TearDown]
    public ValueTask Close() => _bench.DisposeAsync();

    [Test]
    public void Verify_SoundCheckpoint_FindsNothingAndCounts()
    {
        _bench.Drop(Range(2));
        _bench.Activate(Range(2));
        _bench.Write(Range(2), Upsert("a"));
        _bench.Drop(Range(2));
        DocumentVerification verified = Verify();

        Assert.That(verified.Findings, Is.Empty);
        Assert.That((verified.Ranges, verified.Documents), Is.EqualTo((1, 200L)));
    }

    [Test]
    public void Verify_MissingRecord_IsFound() => Damage(store =>
        Drop(store, RecordKey.Item(new TabletId(1), new Lsn(3), 0, 0)), "items of shard 1", "record 0 is missing");

    [Test]
    public void Verify_MissingChunk_IsFound() => Damage(store =>
        Drop(store, RecordKey.Item(new TabletId(1), new Lsn(2), 0, 1)), "items of shard 1", "record 1 is missing");

    [Test]
    public void Verify_RecordOfAnotherItem_IsFound() => Damage(store =>
    {
        using RecordLease other = store.Items.Read(RecordKey.Item(new TabletId(1), new Lsn(4), 0, 0));
        store.Items.Write(RecordKey.Item(new TabletId(1), new Lsn(3), 0, 0), other.Span, default);
    }, "items of shard 1", "the first record is of another item or version");

    [Test]
    public void Verify_AlteredDocument_IsFound() => Damage(store =>
    {
        using RecordLease record = store.Items.Read(RecordKey.Item(new TabletId(1), new Lsn(3), 0, 0));
        byte[] altered = record.Span.ToArray();
        altered[^1] = (byte)'!';
        store.Items.Write(RecordKey.Item(new TabletId(1), new Lsn(3), 0, 0), altered, default);
    }, "items of shard 1", "The document is not valid JSON at line 1, byte 134.");

    [Test]
    public void Verify_MissingNode_IsFound() => Damage(store =>
    {
        DocumentMeta meta = DocumentMeta.Read(SmallOptions, store.RecoveredMeta);
        Drop(store, RecordKey.Node(meta.Roots[1].Node), nodes: true);
    }, "change tree of shard 1", "the node is missing");

    [Test]
    public void Verify_ItemMissingInChangeOrder_IsFound() => Tamper(trees =>
    {
        byte[] key = new byte[TabletKey.ChangeBytes];
        TabletKey.WriteChange(new TabletId(1), new Lsn(3), 0, key);
        trees.Changes.Delete(key);
    }, "change tree of shard 1", "the item's version is missing");

    [Test]
    public void Verify_ChangeWithoutItem_IsFound() => Tamper(trees =>
    {
        byte[] key = new byte[TabletKey.ChangeBytes];
        TabletKey.WriteChange(new TabletId(1), new Lsn(1000), 0, key);
        trees.Changes.Put(key, default);
    }, "change tree of shard 1", "201 entries for 200 items");

    [Test]
    public void Verify_EntryOfNoRange_IsFound() => Tamper(trees => trees.Items.Put([0, 0, 0, 99, 1, 2], []),
        "item tree of shard 1", "an entry is of no range of this shard");

    [Test]
    public void Verify_MissingItem_IsFound() => Tamper(trees =>
    {
        byte[] key = new byte[100];
        int length = TabletKey.WriteItem(new TabletId(1), Key("item1"), key);
        trees.Items.Delete(key.AsSpan(0, length));
    }, "manifest of shard 1", "200 items were counted, the tree has 199");

    [Test]
    public void Verify_ManifestThatMakesNoSense_IsFound()
    {
        MemoryShardStore store = _bench.Disk.Open();
        store.BeginCheckpoint(new LogIndex(1), new byte[] { 1, 0, 3 });

        Assert.That(DocumentVerifier.Verify(SmallOptions, _bench.Disk.Open(), null, default).Findings, Has.Count.EqualTo(1));
    }

    private DocumentVerification Verify()
    {
        _bench.Checkpoint();
        return DocumentVerifier.Verify(SmallOptions, _bench.Disk.Open(), null, CancellationToken.None);
    }

    private void Damage(Action<MemoryShardStore> damage, string file, string what)
    {
        _bench.Checkpoint();
        MemoryShardStore store = _bench.Disk.Open();
        damage(store);
        if (_bench.Disk.Newest is { } newest && newest.Meta.AsSpan().SequenceEqual(store.RecoveredMeta.Span))
        {
            // The damage is to records alone: put it on the disk.
            store.BeginCheckpoint(store.RecoveredIndex, store.RecoveredMeta);
        }

        DocumentVerification verified = DocumentVerifier.Verify(SmallOptions, _bench.Disk.Open(), null, CancellationToken.None);

        Assert.That(verified.Findings.Select(finding => (finding.File, finding.What)), Does.Contain((file, what)));
    }

    /// <summary>Changes the trees of a checkpoint and nothing else.</summary>
    private void Tamper(Action<DocumentTrees> tamper, string file, string what) => Damage(store =>
    {
        DocumentMeta meta = DocumentMeta.Read(SmallOptions, store.RecoveredMeta);
        var allocator = new NodeAllocator(meta.NextNode);
        DocumentTrees trees = meta.OpenTrees(SmallOptions, store.Nodes, allocator, new NodeCache(1 << 20));
        tamper(trees);
        meta = meta with { Roots = [.. trees.All.Select(tree => tree.Drain())], NextNode = allocator.Next };
        store.BeginCheckpoint(store.RecoveredIndex, meta.Write(SmallOptions, trees));
    }, file, what);

    private static void Drop(MemoryShardStore store, RecordKey key, bool nodes = false) =>
        store.CompactSlice(nodes ? store.Nodes : store.Items, new AllBut(key), long.MaxValue);

    private sealed class AllBut(RecordKey dead) : ILiveness
    {
        public bool IsLive(RecordKey key, ReadOnlySpan<byte> value) => key != dead;
    }
}
