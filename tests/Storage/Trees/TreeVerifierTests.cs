using Nacre.Storage.Records;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Tests.Trees;

/// <summary>Each kind of damage is reported, and nothing else is lost by it.</summary>
public sealed class TreeVerifierTests
{
    [Test]
    public void Verify_SoundTree_VisitsEveryEntryInOrder()
    {
        TreeWorkbench bench = new();
        bench.PutRange(0, 3_000);
        bench.Index.Drain();
        List<byte[]> keys = [];

        TreeVerification seen = TreeVerifier.Verify(
            TreeWorkbench.Tree, bench.Records, bench.Index.Root, (key, _) => keys.Add(key.ToArray()), CancellationToken.None);

        Assert.That(seen.Findings, Is.Empty);
        Assert.That(seen.Entries, Is.EqualTo(3_000));
        Assert.That(keys, Is.EqualTo(Enumerable.Range(0, 3_000).Select(i => TreeWorkbench.Number(i))));
    }

    [Test]
    public void Verify_MissingLeaf_IsReportedAndTheRestIsSeen()
    {
        Damaged damaged = new();
        ulong leaf = damaged.SomeLeaf;
        damaged.Replace(leaf, null);

        TreeVerification seen = damaged.Verify();

        Assert.That(seen.Findings, Has.Count.EqualTo(1));
        Assert.That(seen.Findings[0].Node, Is.EqualTo(leaf));
        Assert.That(seen.Findings[0].Detail, Does.Contain("missing"));
        Assert.That(seen.Entries, Is.GreaterThan(2_800));
    }

    [Test]
    public void Verify_TwoLeavesSwapped_ReportsBoth()
    {
        Damaged damaged = new();
        (ulong one, ulong other) = (damaged.SomeLeaf, damaged.AnotherLeaf);
        (byte[] bytesOfOne, byte[] bytesOfOther) = (damaged.Bench.ReadNode(one), damaged.Bench.ReadNode(other));
        damaged.Replace(one, bytesOfOther);
        damaged.Replace(other, bytesOfOne);

        Assert.That(damaged.Verify().Findings.Select(f => f.Node), Does.Contain(one).And.Contain(other));
    }

    [Test]
    public void Verify_OlderVersionOfALeaf_IsReported()
    {
        Damaged damaged = new();
        byte[] old = damaged.Bench.ReadNode(damaged.SomeLeaf);
        damaged.Bench.PutRange(1_000_000, 1_000_001);
        damaged.Bench.DeleteRange(0, 5);
        damaged.Bench.Index.Drain();
        damaged.Replace(damaged.FirstLeaf, old);

        Assert.That(damaged.Verify().Findings, Is.Not.Empty);
    }

    [Test]
    public void Verify_KeysOutOfOrder_AreReported()
    {
        Damaged damaged = new();
        byte[] bytes = damaged.Bench.ReadNode(damaged.SomeLeaf);
        Node leaf = Node.Parse(1, bytes, bytes.Length, TreeWorkbench.Tree, 0);

        // The last byte of the first key, where only keys and not lengths change.
        Assert.That(leaf.SectionEnd(0), Is.EqualTo(leaf.Count));
        int heap = NodeFormat.HeaderBytes + NodeFormat.SectionBytes + leaf.Prefix(0).Length + ((leaf.Count + 1) * 2);
        bytes[heap + leaf.KeySuffix(0).Length] = 0xFF;
        damaged.Replace(damaged.SomeLeaf, bytes);

        Assert.That(damaged.Verify().Findings.Select(f => f.Detail), Has.Some.Contains("not above"));
    }

    [Test]
    public void Verify_WrongTotals_AreReported()
    {
        Damaged damaged = new();
        TreeRoot root = damaged.Bench.Index.Root;

        Assert.That(damaged.Verify(root with { Entries = root.Entries + 1 }).Findings, Has.Count.EqualTo(1));
        Assert.That(damaged.Verify(root with { Bytes = root.Bytes - 1 }).Findings, Has.Count.EqualTo(1));
        Assert.That(damaged.Verify(root with { Height = 1 }).Findings, Is.Not.Empty);
    }

    private sealed class Damaged : IRecordStore
    {
        private readonly Dictionary<ulong, byte[]?> _replaced = [];

        public Damaged()
        {
            Bench = new TreeWorkbench();
            Bench.PutRange(0, 3_000);
            Bench.Index.Drain();
        }

        public TreeWorkbench Bench { get; }

        public ulong FirstLeaf => Leaf(0);

        public ulong SomeLeaf => Leaf(40);

        public ulong AnotherLeaf => Leaf(55);

        public long LogBytes => Bench.Records.LogBytes;

        public void Replace(ulong number, byte[]? bytes) => _replaced[number] = bytes;

        public TreeVerification Verify(TreeRoot? root = null) =>
            TreeVerifier.Verify(TreeWorkbench.Tree, this, root ?? Bench.Index.Root, null, CancellationToken.None);

        public RecordLease Read(RecordKey key)
        {
            if (!_replaced.TryGetValue(key.Low, out byte[]? bytes))
            {
                return Bench.Records.Read(key);
            }

            if (bytes is null)
            {
                return default;
            }

            byte[] rented = System.Buffers.ArrayPool<byte>.Shared.Rent(bytes.Length);
            bytes.CopyTo(rented, 0);
            return new RecordLease(rented, bytes.Length);
        }

        public ValueTask<RecordLease> ReadAsync(RecordKey key, CancellationToken cancellationToken) => new(Read(key));

        public void Write(RecordKey key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
            throw new NotSupportedException();

        private ulong Leaf(int index) => Bench.Leaves().ElementAt(index).Number;
    }
}
