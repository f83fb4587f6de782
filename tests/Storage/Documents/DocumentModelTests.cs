using CsCheck;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Storage.Documents;
using Nacre.Storage.Tests.Control;
using static Nacre.Storage.Tests.Documents.DocumentWorkbench;

namespace Nacre.Storage.Tests.Documents;

/// <summary>Random commands, checkpoints, maintenance and crashes against <see cref="DocumentModel"/>.</summary>
[TestFixture]
public sealed class DocumentModelTests
{
    private static readonly RangeDefinition[] Definitions =
    [
        Range(1), Range(2), Range(3), Range(3) with { Container = new ContainerId(999) },
    ];

    private static readonly Gen<Precondition> GenPrecondition = Gen.Frequency(
        (6, Gen.Const(Precondition.None)),
        (1, Gen.Const(Precondition.IfAbsent)),
        (1, Gen.Const(Precondition.IfPresent)),
        (2, Gen.ULong[0, 60].Select(lsn => Precondition.IfMatch(new Lsn(lsn)))));

    private static readonly Gen<ItemOperation> GenOperation = Gen.Select(
        Gen.Enum<ItemOperationKind>(), GenPrecondition, Gen.Int[0, 9], Gen.Int[0, 400],
        (kind, condition, id, size) => new ItemOperation(
            kind, condition, Key($"i{id}"),
            kind == ItemOperationKind.Delete ? Array.Empty<byte>() : Body($"i{id}", value: new string('v', size))));

    private static readonly Gen<IdempotencyKey> GenIdempotency = Gen.Frequency(
        (3, Gen.Const(IdempotencyKey.None)),
        (2, Gen.Select(Gen.UInt[1, 2], Gen.ULong[1, 12], Gen.ULong[0, 8], Gen.UInt[1, 2],
            (client, sequence, answered, hash) => new IdempotencyKey(
                new ClientId(client), sequence, Math.Min(answered > 4 ? answered - 4 : 0, sequence), new RequestHash(hash)))));

    private static readonly Gen<Step> GenStep = Gen.Frequency(
        (40, Gen.Select(Gen.Int[0, 2], GenIdempotency, GenOperation.Array[1, 4], (range, key, operations) =>
            (Step)new Write(range, key, operations))),
        (4, Gen.Int[0, Definitions.Length - 1].Select(range => (Step)new Activate(range))),
        (1, Gen.Int[0, 2].Select(range => (Step)new Drop(range))),
        (4, Gen.Int[-1, 6].Select(minutes => (Step)new Wait(minutes))),
        (1, Gen.Const((Step)new Bare(EntryKind.NoOp))),
        (2, Gen.Int[0, ControlBench.Sets.Length - 1].Select(set => (Step)new Configure(set))),
        (2, Gen.Const((Step)new Checkpoint())),
        (2, Gen.Const((Step)new Maintain())),
        (1, Gen.Const((Step)new Crash(LoseNewest: false))),
        (1, Gen.Const((Step)new Crash(LoseNewest: true))));

    [Test]
    public Task AnyHistory_AgreesWithTheModel() => GenStep.Array[20, 120].SampleAsync(RunAsync, iter: 150, threads: 1);

    [Test]
    [Category("Long")]
    public Task AnyLongHistory_AgreesWithTheModel() => GenStep.Array[500, 4000].SampleAsync(RunAsync, iter: 200, threads: 1);

    private static async Task RunAsync(Step[] steps)
    {
        await using var bench = new DocumentWorkbench();
        var model = new DocumentModel();
        foreach (RangeDefinition definition in Definitions[..2])
        {
            Agree(bench.Activate(definition), See(model, bench).Activate(definition));
        }

        foreach (Step step in steps)
        {
            Do(step, bench, model);
        }

        await CompareAsync(bench, model);
        await ReplayElsewhereAsync(bench, model);
    }

    private static void Do(Step step, DocumentWorkbench bench, DocumentModel model)
    {
        switch (step)
        {
            case Write write:
                RangeDefinition range = Definitions[write.Range];
                CommandOutcome came = bench.Write(range, write.Key, write.Operations);
                Agree(came, See(model, bench).Write(range, new Lsn(bench.Machine.AppliedSequence.Value), write.Key, write.Operations));
                break;
            case Activate activate:
                Agree(bench.Activate(Definitions[activate.Range]), See(model, bench).Activate(Definitions[activate.Range]));
                break;
            case Drop drop:
                Agree(bench.Drop(Definitions[drop.Range]), See(model, bench).Drop(Definitions[drop.Range].Range));
                break;
            case Wait wait:
                bench.Now += TimeSpan.FromMinutes(wait.Minutes);
                break;
            case Bare bare:
                bench.Apply(bench.Propose([], kind: bare.Kind));
                See(model, bench);
                break;
            case Configure configure:
                bench.Configure(ControlBench.Sets[configure.Set]);
                See(model, bench).Set = ((ulong)bench.Log.Count, ControlBench.Sets[configure.Set].ToString());
                break;
            case Checkpoint:
                bench.Checkpoint();
                break;
            case Maintain:
                bench.Machine.Maintain();
                break;
            case Crash crash:
                ulong hash = bench.Machine.RunningHash;
                if (crash.LoseNewest)
                {
                    bench.Disk.LoseNewest();
                }

                bench.Reopen();
                Assert.That(bench.Machine.RunningHash, Is.EqualTo(hash));
                CompareSets(bench, model);
                break;
        }
    }

    private static async Task CompareAsync(DocumentWorkbench bench, DocumentModel model)
    {
        foreach (RangeDefinition definition in Definitions)
        {
            if (model.Ranges.TryGetValue(definition.Range, out DocumentModel.RangeModel? range) && range.Definition == definition)
            {
                await CompareAsync(bench, range);
            }
        }

        Assert.That(bench.Machine.AppliedTime, Is.EqualTo(model.Time));
        CompareSets(bench, model);
    }

    private static void CompareSets(DocumentWorkbench bench, DocumentModel model)
    {
        LoggedReplicaSet? applied = bench.Machine.AppliedSet;
        Assert.That((applied?.Index.Value ?? 0, applied?.Set.ToString()), Is.EqualTo(model.Set));
    }

    private static async Task CompareAsync(DocumentWorkbench bench, DocumentModel.RangeModel range)
    {
        RangeDefinition definition = range.Definition;
        using IDocumentView view = bench.Machine.OpenView();
        foreach ((string key, DocumentModel.RangeModel.Item item) in range.Items)
        {
            Result<DocumentLease> read = await view.ReadAsync(definition.Range, Convert.FromHexString(key), default);
            using DocumentLease document = read.Value;
            Assert.That(document.Utf8Json.ToArray(), Is.EqualTo(item.Body));
            Assert.That((document.Lsn, document.Timestamp), Is.EqualTo((item.Lsn, item.Time)));
        }

        for (int id = 0; id < 10; id++)
        {
            bool there = range.Items.ContainsKey(Convert.ToHexString(Key($"i{id}")));
            Assert.That(await bench.ReadAsync(definition, $"i{id}") is not null, Is.EqualTo(there));
        }

        Assert.That(view.LastLsn(definition.Range).Value, Is.EqualTo(range.LastLsn));
        Assert.That((await bench.ListAsync(definition)).Select(item => item.Lsn), Is.EqualTo(range.Items.Values.Select(item => item.Lsn.Value)));
        Assert.That((await bench.ListAsync(definition, byChange: true)).Select(item => Convert.ToHexString(Key(item.Id))),
            Is.EqualTo(range.Items.OrderBy(item => (item.Value.Lsn.Value, item.Value.Ordinal)).Select(item => item.Key)));
        Assert.That(bench.Machine.Ranges.TryGet(definition.Range, out RangeState? state), Is.True);
        Assert.That((state!.Items, state.DocumentBytes), Is.EqualTo(((long)range.Items.Count, range.Items.Values.Sum(item => (long)item.Body.Length))));
    }

    /// <summary>Another replica, with other buffers, batches and no checkpoints, comes to the same state.</summary>
    private static async Task ReplayElsewhereAsync(DocumentWorkbench bench, DocumentModel model)
    {
        await using var other = new DocumentWorkbench(SmallOptions with { BufferBytes = 1 << 20, NodeBytes = 8192 });
        var outcomes = new CommandOutcome[bench.Log.Count];
        LogRecord[] log = [.. bench.Log];
        other.Machine.Apply(log.AsSpan(0, log.Length / 2), outcomes);
        other.Machine.Apply(log.AsSpan(log.Length / 2), outcomes);

        Assert.That(other.Machine.RunningHash, Is.EqualTo(bench.Machine.RunningHash));
        await CompareAsync(other, model);
    }

    private static DocumentModel See(DocumentModel model, DocumentWorkbench bench)
    {
        model.See(bench.Now);
        return model;
    }

    private static void Agree(CommandOutcome came, CommandOutcome expected)
    {
        Assert.That(came.Detail.ToArray(), Is.EqualTo(expected.Detail.ToArray()));
        Assert.That(came with { Detail = default }, Is.EqualTo(expected with { Detail = default }));
    }

    private abstract record Step;

    private sealed record Write(int Range, IdempotencyKey Key, ItemOperation[] Operations) : Step;

    private sealed record Activate(int Range) : Step;

    private sealed record Drop(int Range) : Step;

    private sealed record Wait(int Minutes) : Step;

    private sealed record Bare(EntryKind Kind) : Step;

    private sealed record Configure(int Set) : Step;

    private sealed record Checkpoint : Step;

    private sealed record Maintain : Step;

    private sealed record Crash(bool LoseNewest) : Step;
}
