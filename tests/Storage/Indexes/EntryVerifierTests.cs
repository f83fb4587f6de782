using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Storage.Documents;
using Nacre.Storage.Indexes;
using Nacre.Storage.Records.Memory;
using Nacre.Storage.Tests.Documents;
using Nacre.Storage.Trees;
using static Nacre.Storage.Tests.Documents.DocumentWorkbench;

namespace Nacre.Storage.Tests.Indexes;

/// <summary>Planted damage: what the indexes have is held against the documents.</summary>
[TestFixture]
public sealed class EntryVerifierTests
{
    private static readonly IndexSetId Set = new(1);
    private static readonly ItemNumber First = ItemNumber.Of(new Lsn(2), 0);

    private readonly RangeDefinition _range = Range() with { Indexing = IndexingPolicy.Default };
    private DocumentWorkbench _bench = null!;

    [SetUp]
    public void Open()
    {
        _bench = new DocumentWorkbench();
        _bench.Activate(_range);
        for (int i = 0; i < 100; i++)
        {
            _bench.Write(_range, Upsert($"item{i}", $"value {i}"));
        }

        _bench.Write(_range, Replace("item5", "replaced"));
    }

    [TearDown]
    public ValueTask Close() => _bench.DisposeAsync();

    [Test]
    public void Verify_SoundIndexes_FindsNothingAndCountsEntries()
    {
        DocumentVerification verified = Verify(_ => { });

        Assert.That(verified.Findings, Is.Empty);

        // In two orders, under three paths each, and one that moved.
        Assert.That(verified.IndexEntries, Is.EqualTo(100 * 5 + 1));
    }

    [Test]
    public void Verify_DroppedSetOnItsWayOut_FindsNothing()
    {
        _bench.SetIndexing(_range, IndexingPolicy.None);

        Assert.That(Verify(_ => { }).Findings, Is.Empty);
    }

    [Test]
    public void Verify_MissingEntry_IsFound() => Expect(
        trees => trees.Entries.Delete(Entry(IndexKey.OfText("value 0", out _), index: 3)),
        "index tree of shard 1", "an entry is missing in set 1, /value");

    [Test]
    public void Verify_EntryOfAValueThatNoItemHas_IsFound() => Expect(
        trees => trees.Entries.Put(Entry(IndexKey.OfText("no such value", out _), index: 3), default),
        "index tree of shard 1", "301 entries for 300 values of items");

    [Test]
    public void Verify_EntryWithAWrongMark_IsFound() => Expect(
        trees => trees.Entries.Put(Entry(IndexKey.OfText("value 0", out _), index: 3), [EntryKey.InexactMark]),
        "index tree of shard 1", "an entry is marked wrongly in set 1, /value");

    [Test]
    public void Verify_EntryWithAnUnknownMark_IsFound() => Expect(
        trees => trees.Entries.Put(Entry(IndexKey.OfText("value 0", out _), index: 3), [7]),
        "index tree of shard 1", "an entry's value makes no sense");

    [Test]
    public void Verify_EntryOfNoIndex_IsFound() => Expect(
        trees => trees.Entries.Put(Entry(IndexKey.OfText("value 0", out _), index: 9), default),
        "index tree of shard 1", "there is no index 9");

    [Test]
    public void Verify_EntryOfNoSet_IsFound() => Expect(
        trees => trees.Entries.Put([.. EntryKey.PrefixOf(new IndexSetId(5), 1), .. new byte[9]], default),
        "index tree of shard 1", "an entry is of no index of this shard");

    [Test]
    public void Verify_KeyThatIsTooShort_IsFound() => Expect(
        trees => trees.Entries.Put([1, 1, 1], default), "index tree of shard 1", "an entry makes no sense");

    [Test]
    public void Verify_NumberThatLeadsNowhere_IsFound() => Expect(
        trees => trees.Moves.Delete(MoveKey(ItemNumber.Of(new Lsn(7), 0))),
        "move tree of shard 1", "the item's number is missing");

    [Test]
    public void Verify_NumberThatLeadsElsewhere_IsFound() => Expect(
        trees => trees.Moves.Put(MoveKey(ItemNumber.Of(new Lsn(7), 0)), [3, 0]),
        "move tree of shard 1", "the item's number leads to another version");

    [Test]
    public void Verify_NumberOfNoItem_IsFound() => Expect(
        trees => trees.Moves.Put(MoveKey(First), [3, 0]), "move tree of shard 1", "2 entries for 1 items");

    [Test]
    public void Verify_MoveOfNoRange_IsFound() => Expect(
        trees => trees.Moves.Put([0, 0, 0, 9, .. new byte[8]], [3, 0]), "move tree of shard 1", "an entry is of no range of this shard");

    private static byte[] Entry(byte[] value, uint index)
    {
        byte[] key = [.. EntryKey.PrefixOf(Set, index), .. value, .. new byte[ItemNumber.SizeBytes]];
        First.Write(key.AsSpan(key.Length - ItemNumber.SizeBytes));
        return key;
    }

    private static byte[] MoveKey(ItemNumber item)
    {
        byte[] key = new byte[TabletKey.MoveBytes];
        TabletKey.WriteMove(new TabletId(1), item, key);
        return key;
    }

    private void Expect(Action<DocumentTrees> tamper, string file, string what) =>
        Assert.That(Verify(tamper).Findings.Select(finding => (finding.File, finding.What)), Does.Contain((file, what)));

    /// <summary>Changes the trees of a checkpoint and nothing else, and verifies it.</summary>
    private DocumentVerification Verify(Action<DocumentTrees> tamper)
    {
        _bench.Checkpoint();
        MemoryShardStore store = _bench.Disk.Open();
        DocumentMeta meta = DocumentMeta.Read(SmallOptions, store.RecoveredMeta);
        var allocator = new NodeAllocator(meta.NextNode);
        DocumentTrees trees = meta.OpenTrees(SmallOptions, store.Nodes, allocator, new NodeCache(1 << 20));
        tamper(trees);
        meta = meta with { Roots = [.. trees.All.Select(tree => tree.Drain())], NextNode = allocator.Next };
        store.BeginCheckpoint(store.RecoveredIndex, meta.Write(SmallOptions, trees));
        return DocumentVerifier.Verify(SmallOptions, _bench.Disk.Open(), null, CancellationToken.None);
    }
}
