using System.Text;
using CsCheck;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Core.StateMachines;
using Nacre.Storage.Documents;
using Nacre.Storage.Tests.Documents;
using static Nacre.Storage.Tests.Documents.DocumentWorkbench;

namespace Nacre.Storage.Tests.Indexes;

/// <summary>Indexes of a shard: kept up by writes, through checkpoints, crashes, drains, drops and builds.</summary>
[TestFixture]
public sealed class DocumentIndexTests
{
    private static readonly IndexingPolicy[] Policies =
    [
        IndexingPolicy.Default,
        IndexingPolicy.Parse(
            """
            {"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/tags/*"}],
             "compositeIndexes":[[{"path":"/a"},{"path":"/b","order":"descending"}]]}
            """).Value,
        IndexingPolicy.Parse("""{"includedPaths":[{"path":"/a/*"}],"excludedPaths":[{"path":"/*"}]}""").Value,
        IndexingPolicy.None,
        IndexingPolicy.Parse(
            """
            {"includedPaths":[{"path":"/a/*"},{"path":"/b/*"}],"excludedPaths":[{"path":"/*"}],
             "spatialIndexes":[{"path":"/location/*","types":["Point","LineString","Polygon"]},{"path":"/*","types":["Point"]}]}
            """).Value,
    ];

    private static readonly Gen<ItemOperation> GenOperation = Gen.Int[0, 14].SelectMany(id => Gen.Frequency(
        (5, GenDocument.Of($"i{id}").Select(body => new ItemOperation(ItemOperationKind.Upsert, Precondition.None, Key($"i{id}"), body))),
        (1, GenDocument.Of($"i{id}").Select(body => new ItemOperation(ItemOperationKind.Create, Precondition.None, Key($"i{id}"), body))),
        (1, Gen.Const(new ItemOperation(ItemOperationKind.Delete, Precondition.None, Key($"i{id}"), default)))));

    private static readonly Gen<Step> GenStep = Gen.Frequency(
        (40, GenOperation.Array[1, 4].Select(operations => (Step)new Write(operations))),
        (3, Gen.Const((Step)new Checkpoint())),
        (4, Gen.Const((Step)new Maintain())),
        (1, Gen.Bool.Select(lose => (Step)new Crash(lose))),
        (2, Gen.Int[0, Policies.Length - 1].Select(policy => (Step)new SetPolicy(policy))),
        (1, Gen.Const((Step)new DropAndActivate())),
        (3, Gen.Int.Select(seed => (Step)new Compare(seed))));

    [Test]
    public Task AnyHistory_TheIndexesHaveWhatTheItemsHave() =>
        Gen.Select(GenStep.Array[5, 60], Gen.Int[0, Policies.Length - 1]).SampleAsync(RunAsync, iter: 150, threads: 1);

    [Test]
    [Category("Long")]
    public Task AnyLongHistory_TheIndexesHaveWhatTheItemsHave() =>
        Gen.Select(GenStep.Array[300, 900], Gen.Int[0, Policies.Length - 1]).SampleAsync(RunAsync, iter: 150, threads: 1);

    [Test]
    public async Task View_OfBefore_GoesOnShowingItsPoint()
    {
        RangeDefinition range = Range() with { Indexing = IndexingPolicy.Default };
        await using var bench = new DocumentWorkbench();
        bench.Activate(range);
        bench.Write(range, Upsert("a", "one"));
        IRangeIndex before = bench.Machine.OpenView().OpenIndex(range.Range).Value;
        bench.Write(range, Upsert("a", "two"));
        bench.Write(range, Upsert("b", "three"));
        IRangeIndex after = bench.Machine.OpenView().OpenIndex(range.Range).Value;
        IndexRef value = before.Find(DocumentPath.Parse("/value").Value);

        Assert.That((await before.CountAsync(value, IndexBounds.Of(IndexKey.OfText("one", out _)), default)).Value, Is.EqualTo(1));
        Assert.That((await before.CountAsync(value, IndexBounds.All, default)).Value, Is.EqualTo(1));
        Assert.That((await after.CountAsync(value, IndexBounds.Of(IndexKey.OfText("one", out _)), default)).Value, Is.Zero);
        Assert.That((await after.CountAsync(value, IndexBounds.Of(IndexKey.OfTextPrefix("t", out _)), default)).Value, Is.EqualTo(2));
    }

    [Test]
    public async Task Replace_OfOneMember_ChangesItsEntriesAlone()
    {
        RangeDefinition range = Range() with { Indexing = IndexingPolicy.Default };
        await using var bench = new DocumentWorkbench(SmallOptions with { BufferBytes = 1 << 20 });
        bench.Activate(range);
        bench.Write(range, Upsert("a", "one"));
        bench.Checkpoint();
        Assert.That(bench.Machine.BufferedEntries, Is.Zero);

        bench.Write(range, Upsert("a", "two"));
        Assert.That(bench.Machine.BufferedEntries, Is.EqualTo(2), "one entry goes, one comes");

        bench.Write(range, Upsert("a", "two"));
        Assert.That(bench.Machine.BufferedEntries, Is.EqualTo(2));
    }

    [Test]
    public async Task Replace_OfALargeItem_FindsWhatItHad()
    {
        RangeDefinition range = Range() with { Indexing = IndexingPolicy.Default };
        await using var bench = new DocumentWorkbench();
        bench.Activate(range);
        byte[] large = Encoding.UTF8.GetBytes($$"""{"id":"a","pk":"p","fill":"{{new string('x', 200_000)}}","last":1}""");
        bench.Write(range, new ItemOperation(ItemOperationKind.Create, Precondition.None, Key("a"), large));
        bench.Write(range, Upsert("a", "small"));

        await IndexModel.CheckAsync(bench.Machine.OpenView(), range, [(Key("a"), Body("a", value: "small"))], IndexingPolicy.Default, seed: 1);
    }

    [Test]
    public async Task Item_OfTooManyValues_IsInTheIndexOfSuchItemsAlone()
    {
        RangeDefinition range = Range() with { Indexing = IndexingPolicy.Default };
        await using var bench = new DocumentWorkbench(SmallOptions with { BufferBytes = 1 << 20 });
        bench.Activate(range);
        byte[] many = Encoding.UTF8.GetBytes($$"""{"id":"a","pk":"p","n":[{{string.Join(',', Enumerable.Range(0, 10_000))}}]}""");
        bench.Write(range, new ItemOperation(ItemOperationKind.Create, Precondition.None, Key("a"), many));
        bench.Write(range, Upsert("b"));
        IRangeIndex index = bench.Machine.OpenView().OpenIndex(range.Range).Value;
        List<(string Value, ItemNumber Item, bool IsExact)> unindexed = await IndexModel.WalkAsync(index.Scan(index.Unindexed, IndexBounds.All, descending: false));
        Result<IndexedItem> read = await index.ReadAsync(unindexed.Single().Item, default);
        using DocumentLease document = read.Value.Document;

        Assert.That(document.Utf8Json.Length, Is.EqualTo(many.Length));
        Assert.That((await index.CountAsync(index.Find(DocumentPath.Parse("/id").Value), IndexBounds.All, default)).Value, Is.EqualTo(1));

        bench.Write(range, Upsert("a", "small"));
        index = bench.Machine.OpenView().OpenIndex(range.Range).Value;
        Assert.That((await index.CountAsync(index.Unindexed, IndexBounds.All, default)).Value, Is.Zero);
        Assert.That((await index.CountAsync(index.Find(DocumentPath.Parse("/id").Value), IndexBounds.All, default)).Value, Is.EqualTo(2));
    }

    [Test]
    public async Task OpenIndex_OfARangeWithoutAPolicy_KnowsNothing()
    {
        await using var bench = new DocumentWorkbench();
        bench.Activate(Range());
        bench.Write(Range(), Upsert("a"));
        IRangeIndex index = bench.Machine.OpenView().OpenIndex(Range().Range).Value;

        Assert.That((index.Policy, index.Items), Is.EqualTo((IndexingPolicy.None, 1L)));
        Assert.That(index.Find(DocumentPath.Parse("/id").Value), Is.EqualTo(IndexRef.None));
        Assert.That(index.Unindexed, Is.EqualTo(IndexRef.None));
        Assert.That(bench.Machine.OpenView().OpenIndex(new RangeId(77)).Error?.Code, Is.EqualTo(ErrorCode.RangeMoved));
    }

    /// <summary>A range of before there were indexes, with items that were replaced while they had no numbers.</summary>
    [Test]
    public async Task SetIndexing_OnARangeWithoutAPolicy_IndexesWhatIsThere()
    {
        await using var bench = new DocumentWorkbench();
        RangeDefinition range = Range();
        bench.Activate(range);
        bench.Write(range, Create("a"), Create("b"), Create("c"));
        bench.Write(range, Replace("b", "replaced"));
        bench.Write(range, Replace("a", "replaced"));
        bench.SetIndexing(range, IndexingPolicy.Default);
        Assert.That(bench.Machine.OpenView().OpenIndex(range.Range).Value.Policy, Is.EqualTo(IndexingPolicy.None), "not built yet");
        bench.Write(range, Replace("b", "again"));
        bench.Maintain();
        bench.Write(range, Replace("a", "again"));

        await IndexModel.CheckAsync(bench.Machine.OpenView(), range,
            [(Key("a"), Body("a", value: "again")), (Key("b"), Body("b", value: "again")), (Key("c"), Body("c"))], IndexingPolicy.Default, seed: 5);
        Verify(bench);
    }

    [Test]
    public async Task SetIndexing_OfThePolicyThatServes_BuildsNothing()
    {
        RangeDefinition range = Range() with { Indexing = IndexingPolicy.Default };
        await using var bench = new DocumentWorkbench();
        bench.Activate(range);
        bench.SetIndexing(range, IndexingPolicy.Default);
        Assert.That(bench.Machine.Status().Builds, Is.Empty);

        bench.SetIndexing(range, Policies[1]);
        Assert.That(bench.Machine.Status().Builds, Has.Count.EqualTo(1));
        bench.SetIndexing(range, IndexingPolicy.Default);
        Assert.That(bench.Machine.Status().Builds, Is.Empty, "back before it was built");
        Assert.That(bench.SetIndexing(Range(9), IndexingPolicy.Default).Code, Is.EqualTo(ErrorCode.NotFound));
    }

    [Test]
    public async Task SetIndexing_WhileItIsBuilt_TheOldIndexesServeAndProgressIsTold()
    {
        RangeDefinition range = Range() with { Indexing = IndexingPolicy.Default };
        await using var bench = new DocumentWorkbench(SmallOptions with { BufferBytes = 16 << 20 });
        bench.Activate(range);
        List<(byte[] Key, byte[] Body)> items = [.. Enumerable.Range(0, 300).Select(i => (Key($"i{i}", $"p{i}"), Body($"i{i}", $"p{i}")))];
        foreach ((byte[] key, byte[] body) in items)
        {
            bench.Write(range, new ItemOperation(ItemOperationKind.Create, Precondition.None, key, body));
        }

        bench.SetIndexing(range, Policies[1]);
        double before = 0;
        int slices = 0;
        while (bench.Machine.Maintain())
        {
            slices++;
            IndexBuildStatus build = bench.Machine.Status().Builds.Single();
            Assert.That(build.Progress, Is.InRange(before, 1));
            before = build.Progress;
            IRangeIndex index = bench.Machine.OpenView().OpenIndex(range.Range).Value;
            Assert.That(index.Policy, Is.EqualTo(IndexingPolicy.Default));
            Assert.That(index.Build, Is.EqualTo(new IndexBuild(Policies[1], before)));
            if (slices == 2)
            {
                bench.Checkpoint();
                bench.Reopen();
                Assert.That(bench.Machine.Status().Builds.Single().Progress, Is.EqualTo(before), "a restart goes on where it was");
                await IndexModel.CheckAsync(bench.Machine.OpenView(), range, items, IndexingPolicy.Default, seed: 3);
            }
        }

        Assert.That((slices, before), Is.EqualTo((4, before)).And.Matches<(int, double)>(seen => seen.Item2 > 0.5));
        bench.Maintain();
        Assert.That(bench.Machine.Status().Builds, Is.Empty);
        Assert.That(bench.Machine.OpenView().OpenIndex(range.Range).Value.Build, Is.Null);
        await IndexModel.CheckAsync(bench.Machine.OpenView(), range, items, Policies[1], seed: 3);
        Verify(bench);
    }

    private static async Task RunAsync(Step[] steps, int policy)
    {
        RangeDefinition range = Range() with { Indexing = Policies[policy] };
        await using var bench = new DocumentWorkbench();
        bench.Activate(range);
        bench.Activate(Range(2) with { Indexing = IndexingPolicy.Default });
        bench.Write(Range(2), Upsert("other"));
        var items = new Dictionary<string, (byte[] Key, byte[] Body)>();
        foreach (Step step in steps)
        {
            switch (step)
            {
                case Write write:
                    if (bench.Write(range, write.Operations).Code == ErrorCode.None)
                    {
                        Take(items, write.Operations);
                    }

                    break;
                case Checkpoint:
                    bench.Checkpoint();
                    break;
                case Maintain:
                    bench.Machine.Maintain();
                    break;
                case Crash crash:
                    if (crash.LoseNewest)
                    {
                        bench.Disk.LoseNewest();
                    }

                    bench.Reopen();
                    break;
                case SetPolicy set:
                    range = range with { Indexing = Policies[set.Policy] };
                    bench.SetIndexing(range, Policies[set.Policy]);
                    break;
                case DropAndActivate:
                    bench.Drop(range);
                    bench.Activate(range);
                    items.Clear();
                    break;
                case Compare compare:
                    await CompareAsync(bench, range, items, compare.Seed);
                    break;
            }
        }

        bench.Maintain();
        await CompareAsync(bench, range, items, steps.Length);
        Assert.That(bench.Machine.OpenView().OpenIndex(range.Range).Value.Policy, Is.EqualTo(range.Indexing), "nothing is left to build");
        Verify(bench);

        await using var other = new DocumentWorkbench(SmallOptions with { BufferBytes = 1 << 20, NodeBytes = 8192 });
        other.Machine.Apply([.. bench.Log], new CommandOutcome[bench.Log.Count]);
        other.Maintain();
        Assert.That(other.Machine.RunningHash, Is.EqualTo(bench.Machine.RunningHash));
        await CompareAsync(other, range, items, steps.Length);
    }

    private static void Take(Dictionary<string, (byte[] Key, byte[] Body)> items, ItemOperation[] operations)
    {
        foreach (ItemOperation operation in operations)
        {
            string key = Convert.ToHexString(operation.Key.Span);
            items.Remove(key);
            if (operation.Kind != ItemOperationKind.Delete)
            {
                items.Add(key, (operation.Key.ToArray(), operation.Body.ToArray()));
            }
        }
    }

    private static Task CompareAsync(
        DocumentWorkbench bench, RangeDefinition range, Dictionary<string, (byte[] Key, byte[] Body)> items, int seed)
    {
        // While another policy's indexes are built, those before go on serving.
        IDocumentView view = bench.Machine.OpenView();
        return IndexModel.CheckAsync(view, range, items.Values, view.OpenIndex(range.Range).Value.Policy, seed);
    }

    private static void Verify(DocumentWorkbench bench)
    {
        bench.Checkpoint();
        Assert.That(DocumentVerifier.Verify(SmallOptions, bench.Disk.Open(), null, default).Findings, Is.Empty);
    }

    private abstract record Step;

    private sealed record Write(ItemOperation[] Operations) : Step;

    private sealed record Checkpoint : Step;

    private sealed record Maintain : Step;

    private sealed record Crash(bool LoseNewest) : Step;

    private sealed record SetPolicy(int Policy) : Step;

    private sealed record DropAndActivate : Step;

    private sealed record Compare(int Seed) : Step;
}
