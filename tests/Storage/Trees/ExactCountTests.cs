using CsCheck;
using Nacre.Core.Commands;
using Nacre.Storage.Records.Memory;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Tests.Trees;

/// <summary>Counts of an index whose changes are exact, at any view, drained or buffered, before and after a restart.</summary>
[TestFixture]
public sealed class ExactCountTests
{
    private static readonly Gen<(Step Step, int Key)> GenStep = Gen.Select(Gen.Frequency(
        (30, Gen.Const(Step.Toggle)), (2, Gen.Const(Step.Touch)), (1, Gen.Const(Step.BeginDrain)), (2, Gen.Const(Step.DrainSlice)),
        (1, Gen.Const(Step.Drain)), (1, Gen.Const(Step.Restart)), (3, Gen.Const(Step.Count))), Gen.Int[0, 399]);

    private enum Step
    {
        Toggle,
        Touch,
        BeginDrain,
        DrainSlice,
        Drain,
        Restart,
        Count,
    }

    [Test]
    public Task CountAsync_AnyHistory_CountsWhatAWalkGives() => Gen.Select(GenStep.Array[1, 900], Gen.Int[0, 399].Array[2]).SampleAsync(async (steps, bounds) =>
    {
        var records = new MemoryShardDisk().Open().Nodes;
        var allocator = new NodeAllocator(1);
        OrderedIndex index = Open(TreeRoot.Empty);
        var keys = new SortedSet<int>();
        var views = new List<(TreeView View, int[] Keys)>();
        foreach ((Step step, int key) in steps)
        {
            switch (step)
            {
                case Step.Toggle when keys.Add(key):
                    index.PutLater(KeyOf(key), default);
                    break;
                case Step.Toggle:
                    keys.Remove(key);
                    index.DeleteLater(KeyOf(key));
                    break;
                case Step.Touch when keys.Contains(key):
                    index.DeleteLater(KeyOf(key));
                    index.PutLater(KeyOf(key), [1]);
                    break;
                case Step.BeginDrain when !index.IsDraining:
                    index.BeginDrain();
                    break;
                case Step.DrainSlice when index.IsDraining:
                    index.DrainSlice(1);
                    break;
                case Step.Drain:
                    index.Drain();
                    break;
                case Step.Restart:
                    var writer = new CommandWriter();
                    index.WriteBuffered(writer);
                    index = Open(index.Root);
                    var reader = new CommandReader(writer.Written);
                    Assert.That(index.TryReadBuffered(ref reader), Is.True);
                    break;
                case Step.Count:
                    views.Add((index.Publish(), [.. keys]));
                    break;
            }
        }

        views.Add((index.Publish(), [.. keys]));
        foreach ((TreeView view, int[] expected) in views)
        {
            Assert.That(await view.CountAsync(default, default, default), Is.EqualTo(expected.Length));
            Assert.That(await view.CountAsync(KeyOf(bounds[0]), KeyOf(bounds[1]), default), Is.EqualTo(expected.Count(key => key >= bounds[0] && key < bounds[1])));
            Assert.That(await view.CountAsync(KeyOf(bounds[0]), default, default), Is.EqualTo(expected.Count(key => key >= bounds[0])));
        }

        OrderedIndex Open(TreeRoot root) => new(
            TreeWorkbench.Tree, records, allocator, new NodeCache(1 << 20), new TreeOptions { NodeBytes = 1024 }, root, isExact: true);
    }, iter: 300, threads: 1);

    private static byte[] KeyOf(int key) => System.Text.Encoding.ASCII.GetBytes($"a rather long key, so that nodes split, {key:d5}");
}
