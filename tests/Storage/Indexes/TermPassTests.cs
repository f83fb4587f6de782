using System.Text;
using CsCheck;
using Nacre.Core.Commands;
using Nacre.Core.Indexing;
using Nacre.Storage.Indexes;

namespace Nacre.Storage.Tests.Indexes;

[TestFixture]
public sealed class TermPassTests
{
    private static readonly IndexingPolicy[] Policies =
    [
        IndexingPolicy.Default,
        IndexingPolicy.Parse("""{"includedPaths":[{"path":"/a/?"},{"path":"/b/*"},{"path":"/tags/[]/?"}],"excludedPaths":[{"path":"/*"},{"path":"/b/c/*"}]}""").Value,
        IndexingPolicy.Parse(
            """
            {"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/tags/*"},{"path":"/a/?"},{"path":"/location/b/?"}],
             "compositeIndexes":[[{"path":"/a"},{"path":"/b","order":"descending"}],[{"path":"/location/a"},{"path":"/tags"},{"path":"/a"}]]}
            """).Value,
    ];

    /// <summary>One set sees all documents, as it does in a shard.</summary>
    [Test]
    public void Collect_AnyDocument_GivesWhatAPlainWalkGives() =>
        Gen.Select(GenDocument.Of("i").Array[1, 6], Gen.Int[0, Policies.Length - 1]).Sample((documents, policy) =>
        {
            var set = new IndexSet(new IndexSetId(3), Policies[policy], built: null);
            var pass = new TermPass();
            var terms = new TermList();
            foreach (byte[] document in documents)
            {
                pass.Collect(document, set, terms);

                Assert.That(Read(terms, set), Is.EqualTo(ExpectedTerms.Of(document, set.Policy)), Encoding.UTF8.GetString(document));
            }
        }, iter: 3000);

    [Test]
    public void Collect_TheSameDocumentAgain_GivesTheSameBytes() => GenDocument.Of("i").Array[2].Sample(documents =>
    {
        var set = new IndexSet(new IndexSetId(3), Policies[2], built: null);
        var pass = new TermPass();
        var first = new TermList();
        var again = new TermList();
        pass.Collect(documents[0], set, first);
        pass.Collect(documents[1], set, again);
        pass.Collect(documents[0], set, again);

        Assert.That(Bytes(again), Is.EqualTo(Bytes(first)));
    });

    [Test]
    public void Collect_TooManyValues_GivesTheMarkAlone()
    {
        var set = new IndexSet(new IndexSetId(3), IndexingPolicy.Default, built: null);
        var terms = new TermList();
        new TermPass().Collect(Document(TermList.MaxTerms - 3), set, terms);
        Assert.That(terms.Count, Is.EqualTo(TermList.MaxTerms));

        new TermPass().Collect(Document(TermList.MaxTerms - 2), set, terms);
        Assert.That(Bytes(terms), Is.EqualTo(new[] { "0300" }));

        static byte[] Document(int values) => Encoding.UTF8.GetBytes(
            $$"""{"id":"i","pk":"p","a":[{{string.Join(',', Enumerable.Range(0, values))}}]}""");
    }

    [TestCase("")]
    [TestCase("[1]")]
    [TestCase("{\"id\":\"a\",")]
    [TestCase("no JSON")]
    public void Collect_NoDocument_GivesTheMarkAlone(string text)
    {
        var set = new IndexSet(new IndexSetId(3), IndexingPolicy.Default, built: null);
        var terms = new TermList();
        new TermPass().Collect(Encoding.UTF8.GetBytes(text), set, terms);

        Assert.That(Bytes(terms), Is.EqualTo(new[] { "0300" }));
    }

    [Test]
    public void Collect_HalfOfASurrogatePair_IsInexact()
    {
        var set = new IndexSet(new IndexSetId(3), IndexingPolicy.Default, built: null);
        var terms = new TermList();
        new TermPass().Collect("""{"id":"i","a":"\ud83d"}"""u8, set, terms);

        Assert.That((terms.Count, terms[1].IsExact), Is.EqualTo((2, false)));
    }

    [Test]
    public void Collect_AllPathsFull_LeavesOutNewOnesAndSaysSo()
    {
        var set = new IndexSet(new IndexSetId(3), IndexingPolicy.Default, built: null);
        var terms = new TermList();
        var pass = new TermPass();
        for (int at = 0; at < PathDictionary.MaxPaths - 1; at++)
        {
            pass.Collect(Encoding.UTF8.GetBytes($$"""{"id":"i","p{{at}}":1}"""), set, terms);
        }

        Assert.That((terms.Count, set.Paths.Count, set.Paths.IsFull), Is.EqualTo((2, PathDictionary.MaxPaths, false)));
        pass.Collect("""{"id":"i","new":1,"p7":1,"also":{"p1":2}}"""u8, set, terms);
        Assert.That((terms.Count, set.Paths.Count, set.Paths.IsFull), Is.EqualTo((2, PathDictionary.MaxPaths, true)));
    }

    [Test]
    public void Collect_PathTooLongToBeNamed_IsLeftOut()
    {
        var set = new IndexSet(new IndexSetId(3), IndexingPolicy.Default, built: null);
        var terms = new TermList();
        new TermPass().Collect(Encoding.UTF8.GetBytes($$"""{"id":"i","{{new string('n', 2000)}}":{"b":1},"c":1}"""), set, terms);

        Assert.That((terms.Count, set.Paths.Count, set.Paths.IsFull), Is.EqualTo((2, 2, false)));
    }

    [Test]
    public void Collect_OnceWarm_AllocatesNothing()
    {
        var set = new IndexSet(new IndexSetId(3), Policies[2], built: null);
        var pass = new TermPass();
        var terms = new TermList();
        byte[] document = """{"id":"ad-0","name":"Sant Juli\u00e0","pk":"AD","location":{"type":"Point","a":[1.5,2]},"tags":["x","y"],"e\u00e9":1.25}"""u8.ToArray();
        byte[] other = """{"id":"ad-1","pk":"AD","name":"Other","b":null}"""u8.ToArray();
        for (int warm = 0; warm < 100; warm++)
        {
            pass.Collect(document, set, terms);
            pass.Collect(other, set, terms);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int at = 0; at < 100; at++)
        {
            pass.Collect(document, set, terms);
            pass.Collect(other, set, terms);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Set_Written_ComesBackWithThePathsItHas() => Gen.Select(GenDocument.Of("i").Array[0, 4], Gen.Int[0, 2], Gen.Byte.Array[1, 9].Null()).Sample((documents, policy, built) =>
    {
        var set = new IndexSet(new IndexSetId(300), Policies[policy], built);
        var terms = new TermList();
        foreach (byte[] document in documents)
        {
            new TermPass().Collect(document, set, terms);
        }

        var writer = new CommandWriter();
        set.Write(writer);
        var reader = new CommandReader(writer.Written);
        IndexSet? read = IndexSet.Read(ref reader, Policies[policy], knowsSpatial: true);

        Assert.That((read?.Id, read?.IsReady, reader.IsAtEnd), Is.EqualTo((set.Id, built is null, true)));
        foreach (byte[] document in documents)
        {
            var again = new TermList();
            new TermPass().Collect(document, set, terms);
            new TermPass().Collect(document, read!, again);
            Assert.That(Bytes(again), Is.EqualTo(Bytes(terms)));
        }

        Assert.That(read!.Paths.Count, Is.EqualTo(set.Paths.Count));
    });

    [Test]
    public void OrderedNumber_AnyNumbers_ComeBackAndSort() =>
        Gen.Select(Gen.OneOf(Gen.UInt, Gen.UInt[0, 300], Gen.UInt[65_000, 66_000]), Gen.OneOf(Gen.UInt, Gen.UInt[0, 300])).Sample((one, other) =>
        {
            byte[] left = new byte[OrderedNumber.MaxBytes];
            byte[] right = new byte[OrderedNumber.MaxBytes];
            int length = OrderedNumber.Write(one, left);
            int otherLength = OrderedNumber.Write(other, right);

            Assert.That((OrderedNumber.Read(left, out uint read), read), Is.EqualTo((length, one)));
            Assert.That(OrderedNumber.Read(left.AsSpan(0, length - 1), out _), Is.Zero);
            Assert.That(Math.Sign(left.AsSpan(0, length).SequenceCompareTo(right.AsSpan(0, otherLength))), Is.EqualTo(Math.Sign(one.CompareTo(other))));
        });

    private static List<string> Bytes(TermList terms) =>
        [.. Enumerable.Range(0, terms.Count).Select(at => Convert.ToHexString(terms.BytesOf(terms[at])))];

    /// <summary>Terms with the indexes' names, in the order in which they are expected.</summary>
    private static List<(string Index, string Value, bool IsExact)> Read(TermList terms, IndexSet set)
    {
        var read = new List<(string Index, string Value, bool IsExact)>();
        byte[]? before = null;
        for (int at = 0; at < terms.Count; at++)
        {
            IndexTerm term = terms[at];
            byte[] key = terms.KeyOf(term, new ItemNumber(7)).ToArray();
            Assert.That(before is null || before.AsSpan().SequenceCompareTo(key) < 0, "terms rise");
            before = key;
            Assert.That(EntryKey.TrySplit(key, out IndexSetId id, out uint index, out ReadOnlySpan<byte> value, out ItemNumber item), Is.True);
            Assert.That((id, item), Is.EqualTo((set.Id, new ItemNumber(7))));
            read.Add((set.NameOf(index)!, Convert.ToHexString(value), term.IsExact));
        }

        return [.. read.OrderBy(term => term.Index, StringComparer.Ordinal).ThenBy(term => term.Value, StringComparer.Ordinal)];
    }
}
