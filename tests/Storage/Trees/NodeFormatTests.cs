using System.Text;
using CsCheck;
using Nacre.Core.Files;
using Nacre.Storage.Tests.Support;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Tests.Trees;

/// <summary>The bytes of <c>docs/formats/tree.md</c>.</summary>
public sealed class NodeFormatTests
{
    private static readonly TreeId Tree = new(0x01020304);

    [Test]
    public void Leaf_Encoded_MatchesTheGoldenFile()
    {
        byte[] leaf = MakeLeaf();

        Golden.Check("tree-leaf.bin", leaf);
        Node node = Node.Parse(1, leaf, leaf.Length, Tree, 0);
        Assert.That(node.Count, Is.EqualTo(5));
        Assert.That(node.Prefix(node.SectionOf(4)).SequenceEqual("container/"u8), Is.True);
        Assert.That(node.Prefix(node.SectionOf(0)).SequenceEqual("container-of-another-kind/"u8), Is.True);
        Assert.That(node.Find("container/apple"u8).Span.ToArray(), Is.EqualTo("red"u8.ToArray()));
        Assert.That(node.Find("container/"u8).Span.ToArray(), Is.Empty);
        Assert.That(node.Find("container/"u8).Found, Is.True);
        Assert.That(node.Find("container/app"u8).Found, Is.False);
        Assert.That(node.Find("container-of-another-kind/b"u8).Span.ToArray(), Is.EqualTo("2"u8.ToArray()));
        Assert.That(node.Find("container-of-another-kind/c"u8).Found, Is.False);
        Assert.That(node.Find("contain"u8).Found, Is.False);
        Assert.That(node.Find("d"u8).Found, Is.False);
    }

    [Test]
    public void Inner_Encoded_MatchesTheGoldenFile()
    {
        byte[] inner = MakeInner();

        Golden.Check("tree-inner.bin", inner);
        Node node = Node.Parse(1, inner, inner.Length, Tree, 2);
        Assert.That(Children(node, "", "a", "b", "bb", "c", "zz"), Is.EqualTo(new ulong[] { 11, 11, 12, 12, 13, 13 }));
        Assert.That(node.ChildEntries(1), Is.EqualTo(200));
    }

    [Test]
    public void Cut_KeysOfSeveralBeginnings_PutsEachIntoASection()
    {
        LevelWriter writer = new(Tree, 0, 8192);
        foreach (string key in (string[])
        [
            "alone", "k/apple/1", "k/apple/2", "k/banana-of-a-long-name/1", "k/banana-of-a-long-name/2",
            "k/banana-of-a-long-name/3", "k/banana-of-a-long-name/4", "z",
        ])
        {
            writer.Append(Encoding.UTF8.GetBytes(key), default, "v"u8, isNew: true);
        }

        byte[] bytes = writer.Cut(writer.Count, out _);
        Node node = Node.Parse(1, bytes, bytes.Length, Tree, 0);

        string[] prefixes = [.. Enumerable.Range(0, node.Count).Select(i => Encoding.UTF8.GetString(node.Prefix(node.SectionOf(i))))];
        Assert.That(
            prefixes,
            Is.EqualTo(new[]
            {
                "alone", "k/apple/", "k/apple/", "k/banana-of-a-long-name/", "k/banana-of-a-long-name/",
                "k/banana-of-a-long-name/", "k/banana-of-a-long-name/", "z",
            }));
    }

    [Test]
    public void Root_Written_MatchesTheGoldenFile()
    {
        TreeRoot root = new(0x1122334455667788, 3, 1_000_000, 77_777_777);
        byte[] bytes = new byte[TreeRoot.SizeBytes];
        root.Write(bytes);

        Golden.Check("tree-root.bin", bytes);
        Assert.That(TreeRoot.TryRead(bytes, out TreeRoot read), Is.True);
        Assert.That(read, Is.EqualTo(root));
    }

    [Test]
    public void TryRead_RootOfNoTree_IsRefused()
    {
        byte[] bytes = new byte[TreeRoot.SizeBytes];
        Assert.That(TreeRoot.TryRead(bytes, out TreeRoot empty), Is.True);
        Assert.That(empty.IsEmpty, Is.True);
        Assert.That(TreeRoot.TryRead(bytes.AsSpan(1), out _), Is.False);
        new TreeRoot(0, 0, 4, 0).Write(bytes);
        Assert.That(TreeRoot.TryRead(bytes, out _), Is.False);
        new TreeRoot(5, 0, 4, 100).Write(bytes);
        Assert.That(TreeRoot.TryRead(bytes, out _), Is.False);
        new TreeRoot(5, 1, -4, 100).Write(bytes);
        Assert.That(TreeRoot.TryRead(bytes, out _), Is.False);
        new TreeRoot(5, 200, 4, 100).Write(bytes);
        Assert.That(TreeRoot.TryRead(bytes, out _), Is.False);
    }

    [TestCase(0, "format")]
    [TestCase(1, "level")]
    [TestCase(4, "another tree")]
    [TestCase(10, "reserved")]
    public void Parse_WrongHeader_FaultsAsCorrupt(int at, string expected)
    {
        byte[] leaf = MakeLeaf();
        leaf[at] ^= 0x40;

        Assert.That(
            () => Node.Parse(1, leaf, leaf.Length, Tree, 0),
            Throws.TypeOf<StorageFaultException>().With.Property("Kind").EqualTo(StorageFaultKind.Corrupt)
                .And.Message.Contains(expected));
    }

    [Test]
    public void Parse_AnyBytesInTheMiddleOfANode_FaultsOrStaysInside() =>
        Gen.Select(Gen.Bool, Gen.Select(Gen.Int[0, 300], Gen.Byte).Array[0, 4], Gen.Int[0, 40], Gen.Byte.Array[0, 20])
            .Sample(
                (isLeaf, flips, cut, key) =>
                {
                    byte[] bytes = isLeaf ? MakeLeaf() : MakeInner();
                    foreach ((int at, byte with) in flips)
                    {
                        bytes[at % bytes.Length] = with;
                    }

                    int length = cut < 30 ? bytes.Length : Math.Max(0, bytes.Length - (cut - 29));
                    try
                    {
                        Node node = Node.Parse(1, bytes, length, Tree, isLeaf ? 0 : 2);
                        Touch(node, key);
                    }
                    catch (StorageFaultException fault)
                    {
                        Assert.That(fault.Kind, Is.EqualTo(StorageFaultKind.Corrupt));
                    }
                },
                iter: 20_000);

    private static void Touch(Node node, byte[] key)
    {
        byte[] destination = new byte[OrderedIndex.MaxKeyBytes];
        node.LowerBound(key, out _);
        for (int i = 0; i < node.Count; i++)
        {
            Assert.That(node.CopyKey(i, destination), Is.EqualTo(node.KeyLength(i)));
            node.CompareKey(i, key);
            if (node.Level == 0)
            {
                Assert.That(node.Value(i).Length, Is.LessThanOrEqualTo(OrderedIndex.MaxValueBytes));
            }
            else
            {
                node.ChildIndex(key);
                Assert.That(node.ChildReference(i).Length, Is.EqualTo(NodeFormat.ChildBytes));
            }
        }

        NodeFormat.CopyLowestKey(node.Bytes, destination);
    }

    private static ulong[] Children(Node node, params string[] keys) =>
        [.. keys.Select(k => node.Child(node.ChildIndex(Encoding.UTF8.GetBytes(k))))];

    private static byte[] MakeLeaf()
    {
        LevelWriter writer = new(Tree, 0, 1024);
        writer.Append("container-of-another-kind/a"u8, default, "1"u8, isNew: false);
        writer.Append("container-of-another-kind/b"u8, default, "2"u8, isNew: false);
        writer.Append("container/"u8, default, default, isNew: false);
        writer.Append("container/apple"u8, default, "red"u8, isNew: false);
        writer.Append("container/plum"u8, default, "blue"u8, isNew: false);
        return writer.Cut(5, out _);
    }

    private static byte[] MakeInner()
    {
        LevelWriter writer = new(Tree, 2, 1024);
        writer.Append(default, default, Reference(11, 100), isNew: false);
        writer.Append("b"u8, default, Reference(12, 200), isNew: false);
        writer.Append("c"u8, default, Reference(13, 300), isNew: false);
        return writer.Cut(3, out _);
    }

    private static byte[] Reference(ulong child, long entries) =>
        [.. BitConverter.GetBytes(child), .. BitConverter.GetBytes(entries)];
}
