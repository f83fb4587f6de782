using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Storage.Documents;
using Nacre.Storage.Records.Memory;
using static Nacre.Storage.Tests.Documents.DocumentWorkbench;

namespace Nacre.Storage.Tests.Documents;

[TestFixture]
public sealed class DocumentStateMachineTests
{
    private readonly RangeDefinition _range = Range();
    private DocumentWorkbench _bench = null!;

    [SetUp]
    public void Open()
    {
        _bench = new DocumentWorkbench();
        Assert.That(_bench.Activate(_range).Code, Is.EqualTo(ErrorCode.None));
    }

    [TearDown]
    public ValueTask Close() => _bench.DisposeAsync();

    [Test]
    public async Task Apply_ReplicaSetThatCannotBeRead_StopsTheReplica()
    {
        await using var bench = new DocumentWorkbench();

        StorageFaultException? fault = Assert.Throws<StorageFaultException>(() => bench.Apply(bench.Propose([1, 40], kind: EntryKind.Configuration)));
        Assert.That(fault?.Kind, Is.EqualTo(StorageFaultKind.Corrupt));
        Assert.That(bench.Machine.AppliedSet, Is.Null);
    }

    [Test]
    public async Task Create_NewItem_CanBeReadWithItsVersion()
    {
        _bench.Now = Epoch.AddSeconds(3);
        CommandOutcome outcome = _bench.Write(_range, Create("a", "x"));
        using IDocumentView view = _bench.Machine.OpenView();
        using DocumentLease lease = (await view.ReadAsync(_range.Range, Key("a"), CancellationToken.None)).Value;

        Assert.That(outcome, Is.EqualTo(new CommandOutcome(ErrorCode.None, new Lsn(2), CommandEffect.Created, default) { Time = _bench.Now }));
        Assert.That(lease.Utf8Json.ToArray(), Is.EqualTo(Body("a", value: "x")));
        Assert.That(lease.Lsn, Is.EqualTo(outcome.Lsn));
        Assert.That(lease.ETag, Is.EqualTo(new ETag(_range.Range, outcome.Lsn)));
        Assert.That(lease.Timestamp, Is.EqualTo(_bench.Now));
        Assert.That(view.LastLsn(_range.Range).Value, Is.EqualTo(outcome.Lsn));
    }

    /// <summary>Kind, precondition ("old": the version before the last), item there before → outcome.</summary>
    [TestCase(ItemOperationKind.Create, "none", false, ErrorCode.None)]
    [TestCase(ItemOperationKind.Create, "none", true, ErrorCode.AlreadyExists)]
    [TestCase(ItemOperationKind.Create, "absent", false, ErrorCode.None)]
    [TestCase(ItemOperationKind.Create, "absent", true, ErrorCode.AlreadyExists)]
    [TestCase(ItemOperationKind.Create, "present", false, ErrorCode.PreconditionFailed)]
    [TestCase(ItemOperationKind.Upsert, "none", false, ErrorCode.None)]
    [TestCase(ItemOperationKind.Upsert, "none", true, ErrorCode.None)]
    [TestCase(ItemOperationKind.Upsert, "absent", false, ErrorCode.None)]
    [TestCase(ItemOperationKind.Upsert, "absent", true, ErrorCode.PreconditionFailed)]
    [TestCase(ItemOperationKind.Upsert, "present", false, ErrorCode.PreconditionFailed)]
    [TestCase(ItemOperationKind.Upsert, "present", true, ErrorCode.None)]
    [TestCase(ItemOperationKind.Upsert, "current", true, ErrorCode.None)]
    [TestCase(ItemOperationKind.Upsert, "old", true, ErrorCode.PreconditionFailed)]
    [TestCase(ItemOperationKind.Upsert, "old", false, ErrorCode.PreconditionFailed)]
    [TestCase(ItemOperationKind.Replace, "none", false, ErrorCode.NotFound)]
    [TestCase(ItemOperationKind.Replace, "none", true, ErrorCode.None)]
    [TestCase(ItemOperationKind.Replace, "current", true, ErrorCode.None)]
    [TestCase(ItemOperationKind.Replace, "old", true, ErrorCode.PreconditionFailed)]
    [TestCase(ItemOperationKind.Replace, "never", true, ErrorCode.PreconditionFailed)]
    [TestCase(ItemOperationKind.Replace, "old", false, ErrorCode.NotFound)]
    [TestCase(ItemOperationKind.Replace, "absent", true, ErrorCode.PreconditionFailed)]
    [TestCase(ItemOperationKind.Delete, "none", false, ErrorCode.NotFound)]
    [TestCase(ItemOperationKind.Delete, "none", true, ErrorCode.None)]
    [TestCase(ItemOperationKind.Delete, "current", true, ErrorCode.None)]
    [TestCase(ItemOperationKind.Delete, "old", true, ErrorCode.PreconditionFailed)]
    public async Task Write_Precondition_IsJudgedAtApply(ItemOperationKind kind, string condition, bool there, ErrorCode expected)
    {
        Lsn old = _bench.Write(_range, Upsert("a", "1")).Lsn;
        Lsn current = _bench.Write(_range, Upsert("a", "2")).Lsn;
        if (!there)
        {
            _bench.Write(_range, Delete("a"));
        }

        Precondition precondition = condition switch
        {
            "absent" => Precondition.IfAbsent,
            "present" => Precondition.IfPresent,
            "current" => Precondition.IfMatch(current),
            "old" => Precondition.IfMatch(old),
            "never" => Precondition.IfMatch(default),
            _ => Precondition.None,
        };
        string? before = await _bench.ReadAsync(_range, "a");
        byte[] body = kind == ItemOperationKind.Delete ? [] : Body("a", value: "3");
        CommandOutcome outcome = _bench.Write(_range, new ItemOperation(kind, precondition, Key("a"), body));

        Assert.That(outcome.Code, Is.EqualTo(expected));
        Assert.That(await _bench.ReadAsync(_range, "a"), expected != ErrorCode.None ? Is.EqualTo(before)
            : kind == ItemOperationKind.Delete ? Is.Null : Does.Contain("\"3\""));
        Assert.That(outcome.Flags, Is.EqualTo(expected == ErrorCode.None && !there ? CommandEffect.Created : CommandEffect.None));
    }

    [Test]
    public void Write_Refused_KeepsTheLastLsn()
    {
        Lsn written = _bench.Write(_range, Create("a")).Lsn;
        _bench.Write(_range, Create("a"));

        Assert.That(_bench.Machine.OpenView().LastLsn(_range.Range).Value, Is.EqualTo(written));
        Assert.That(_bench.Write(_range, Upsert("a")).Lsn, Is.EqualTo(new Lsn(written.Value + 2)));
    }

    [Test]
    public async Task Batch_AllGood_TakesEffectInOrderUnderOneLsn()
    {
        CommandOutcome outcome = _bench.Write(
            _range, Create("a", "1"), Create("b"), Replace("a", "2"), Delete("b"), Upsert("b", "3"));

        Assert.That(outcome.Code, Is.EqualTo(ErrorCode.None));
        Assert.That(outcome.Detail.ToArray(), Is.EqualTo(new byte[] { 1, 1, 0, 0, 1 }));
        Assert.That(await _bench.ReadAsync(_range, "a"), Does.Contain("\"2\""));
        Assert.That(await _bench.ReadAsync(_range, "b"), Does.Contain("\"3\""));
        Assert.That(await _bench.ListAsync(_range, byChange: true), Is.EqualTo(new[] { ("a", outcome.Lsn.Value), ("b", outcome.Lsn.Value) }));
        Assert.That(await _bench.ListAsync(_range), Is.EqualTo(new[] { ("a", outcome.Lsn.Value), ("b", outcome.Lsn.Value) }));
    }

    [Test]
    public async Task Batch_OneRefused_LeavesNothing()
    {
        CommandOutcome outcome = _bench.Write(_range, Create("a"), Delete("a"), Replace("a"));

        Assert.That(outcome.Code, Is.EqualTo(ErrorCode.NotFound));
        Assert.That(outcome.Detail.ToArray(), Is.EqualTo(new byte[] { 2 }));
        Assert.That(await _bench.ListAsync(_range), Is.Empty);
        Assert.That(await _bench.ListAsync(_range, byChange: true), Is.Empty);
    }

    [Test]
    public void Batch_ConditionOnAnEarlierOperation_SeesIt()
    {
        Lsn next = new(_bench.Machine.AppliedSequence.Value + 1);

        Assert.That(_bench.Write(_range, Create("a"), Replace("a", "2", condition: Precondition.IfMatch(next))).Code, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Batch_OverTwoPartitions_IsMalformed()
    {
        CommandOutcome outcome = _bench.Write(_range, Create("a"), Create("b", partition: "q"));

        Assert.That(outcome.Code, Is.EqualTo(ErrorCode.Malformed));
        Assert.That(outcome.Detail.ToArray(), Is.EqualTo(new byte[] { 1 }));
        Assert.That(await _bench.ListAsync(_range), Is.Empty);
    }

    [Test]
    public void Write_KeyThatIsNone_IsMalformed()
    {
        var operation = new ItemOperation(ItemOperationKind.Upsert, Precondition.None, new byte[] { 1, 2, 3 }, Body("a"));

        Assert.That(_bench.Write(_range, operation).Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public void Write_RangeNotOwned_IsMoved()
    {
        Assert.That(_bench.Write(Range(2), Create("a")).Code, Is.EqualTo(ErrorCode.RangeMoved));
        Assert.That(_bench.Write(_range with { Generation = new RangeGeneration(2) }, Create("a")).Code, Is.EqualTo(ErrorCode.RangeMoved));
        Assert.That(_bench.Write(_range with { Container = new ContainerId(9) }, Create("a")).Code, Is.EqualTo(ErrorCode.RangeMoved));
    }

    [Test]
    public async Task Write_HashOutsideTheRange_IsMoved()
    {
        HashInterval[] halves = HashInterval.Whole.Split(2);
        RangeDefinition[] ranges = [Range(2, halves[0]), Range(3, halves[1])];
        int owner = Array.FindIndex(halves, half => half.Contains(ItemKey.HashOf(Key("a"))));
        foreach (RangeDefinition range in ranges)
        {
            _bench.Activate(range);
        }

        Assert.That(_bench.Write(ranges[1 - owner], Create("a")).Code, Is.EqualTo(ErrorCode.RangeMoved));
        Assert.That(_bench.Write(ranges[owner], Create("a")).Code, Is.EqualTo(ErrorCode.None));
        Assert.That((await _bench.Machine.OpenView().ReadAsync(ranges[1 - owner].Range, Key("a"), default)).Error?.Code, Is.EqualTo(ErrorCode.RangeMoved));
    }

    [Test]
    public async Task Activate_Again_DoesNothing_AndAnotherDefinitionIsRefused()
    {
        _bench.Write(_range, Create("a"));

        Assert.That(_bench.Activate(_range).Code, Is.EqualTo(ErrorCode.None));
        Assert.That(_bench.Activate(_range with { Container = new ContainerId(9) }).Code, Is.EqualTo(ErrorCode.AlreadyExists));
        Assert.That(_bench.Activate(_range, lsnBase: 5).Code, Is.EqualTo(ErrorCode.AlreadyExists));
        Assert.That(await _bench.ReadAsync(_range, "a"), Is.Not.Null);
    }

    [Test]
    public async Task Activate_WithABase_RaisesLsns()
    {
        RangeDefinition moved = Range(2);
        _bench.Activate(moved, lsnBase: 1UL << 32);
        CommandOutcome outcome = _bench.Write(moved, Create("a"));

        Assert.That(outcome.Lsn, Is.EqualTo(new Lsn((1UL << 32) + _bench.Machine.AppliedSequence.Value)));
        Assert.That(await _bench.ListAsync(moved, byChange: true), Is.EqualTo(new[] { ("a", outcome.Lsn.Value) }));
    }

    [Test]
    public async Task Drop_Range_AnswersNoMoreAndLeavesNothingBehind()
    {
        RangeDefinition other = Range(2);
        _bench.Activate(other);
        for (int i = 0; i < 2000; i++)
        {
            _bench.Write(i % 2 == 0 ? _range : other, Create($"item{i}", new string('x', 100)));
        }

        using IDocumentView before = _bench.Machine.OpenView();
        Assert.That(_bench.Drop(_range).Code, Is.EqualTo(ErrorCode.None));
        Assert.That(_bench.Drop(_range).Code, Is.EqualTo(ErrorCode.NotFound));
        Assert.That(_bench.Write(_range, Create("z")).Code, Is.EqualTo(ErrorCode.RangeMoved));
        Assert.That(_bench.Machine.OpenView().LastLsn(_range.Range).Error?.Code, Is.EqualTo(ErrorCode.NotFound));
        Assert.That(_bench.Machine.OpenView().Scan(_range.Range, default, true, default).Error?.Code, Is.EqualTo(ErrorCode.RangeMoved));
        Assert.That(await _bench.ListAsync(_range, of: before), Has.Count.EqualTo(1000), "an older view still shows it");

        // Reclaimed over the checkpoints that follow, also when a crash interrupts.
        _bench.Checkpoint();
        _bench.Reopen();
        for (int round = 0; round < 4; round++)
        {
            _bench.Maintain();
            _bench.Checkpoint();
        }

        Assert.That(await _bench.ListAsync(other), Has.Count.EqualTo(1000));
        Assert.That(_bench.Disk.Newest!.Items.ByKey, Has.Count.InRange(1000, 1400));
        _bench.Activate(_range with { Generation = new RangeGeneration(2) });
        Assert.That(await _bench.ListAsync(_range), Is.Empty);
    }

    [Test]
    public void Apply_NoOpAndConfiguration_TakeNoSequence()
    {
        Sequence before = _bench.Machine.AppliedSequence;
        _bench.Apply(_bench.Propose([], kind: EntryKind.NoOp));
        _bench.Configure(Control.ControlBench.Sets[0]);

        Assert.That(_bench.Machine.AppliedSequence, Is.EqualTo(before));
        Assert.That(_bench.Machine.Applied, Is.EqualTo(new LogIndex(3)));
        Assert.That(_bench.Machine.AppliedSet?.Index, Is.EqualTo(_bench.Machine.Applied));
        Assert.That(_bench.Machine.AppliedSet?.Set.ToString(), Is.EqualTo(Control.ControlBench.Sets[0].ToString()));
    }

    [Test]
    public void Apply_TimeThatFalls_IsHeldUp()
    {
        _bench.Now = Epoch.AddMinutes(5);
        _bench.Write(_range, Create("a"));
        _bench.Now = Epoch;

        Assert.That(_bench.Write(_range, Create("b")).Time, Is.EqualTo(Epoch.AddMinutes(5)));
        Assert.That(_bench.Machine.AppliedTime, Is.EqualTo(Epoch.AddMinutes(5)));
    }

    [Test]
    public async Task Apply_TimeBetweenMilliseconds_IsToldAsItWillBeRead()
    {
        _bench.Now = Epoch.AddTicks(12_345);
        CommandOutcome outcome = _bench.Write(_range, Create("a"));
        using DocumentLease lease = (await _bench.Machine.OpenView().ReadAsync(_range.Range, Key("a"), default)).Value;

        Assert.That(outcome.Time, Is.EqualTo(Epoch.AddMilliseconds(1)));
        Assert.That(lease.Timestamp, Is.EqualTo(outcome.Time));
    }

    [Test]
    public void Apply_EntryThatCannotBeRead_StopsTheReplica()
    {
        Assert.That(() => _bench.Apply(_bench.Propose([99], _range)), Throws.InstanceOf<StorageFaultException>());
    }

    [Test]
    public void Apply_OutOfOrder_StopsTheReplica()
    {
        _bench.Propose(_range, default, Create("a"));

        Assert.That(() => _bench.Apply(_bench.Propose(_range, default, Create("b"))), Throws.InstanceOf<InvariantViolationException>());
    }

    [Test]
    public void Apply_AnotherShardsEntry_StopsTheReplica()
    {
        var stranger = new DocumentWorkbench(SmallOptions with { Shard = new ShardId(2) });

        Assert.That(() => stranger.Apply(_bench.Log[0]), Throws.InstanceOf<InvariantViolationException>());
    }

    [Test]
    public void Open_AnotherShardsCheckpoint_IsCorrupt()
    {
        _bench.Checkpoint();

        Assert.That(() => _bench.Reopen(SmallOptions with { Shard = new ShardId(2) }), Throws.InstanceOf<StorageFaultException>());
        Assert.That(() => _bench.Reopen(SmallOptions with { Cluster = new ClusterId(8) }), Throws.InstanceOf<StorageFaultException>());
    }

    [Test]
    public async Task Write_LargestDocument_ComesBackWhole()
    {
        string value = string.Concat(Enumerable.Range(0, 600_000).Select(i => $"{i % 1000:d3}|"))[..(DocumentLimits.MaxDocumentBytes - 40)];
        foreach (int length in new[] { 65_536 - 40, 65_536, 131_072 - 36, 200_000, value.Length })
        {
            _bench.Write(_range, Upsert("big", value[..length]));
            Assert.That(await _bench.ReadAsync(_range, "big"), Does.Contain(value[..length]));
        }

        _bench.Checkpoint();
        _bench.Reopen();
        Assert.That(await _bench.ReadAsync(_range, "big"), Does.Contain(value));
        Assert.That(await _bench.ListAsync(_range, byChange: true), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Scan_Bounds_AreKept()
    {
        foreach (string id in new[] { "a", "b", "c" })
        {
            _bench.Write(_range, Create(id));
            _bench.Write(_range, Create(id, partition: "q"));
        }

        var p = new PartitionKey(PartitionKeyValue.Of("p"));
        (byte[] from, byte[] to) = ItemKey.BoundsOf(p, levels: 1);

        Assert.That(await IdsAsync(from, true, to), Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(await IdsAsync(Key("b"), true, to), Is.EqualTo(new[] { "b", "c" }));
        Assert.That(await IdsAsync(Key("b"), false, to), Is.EqualTo(new[] { "c" }));
        Assert.That(await IdsAsync(from, true, Key("b")), Is.EqualTo(new[] { "a" }));
        Assert.That(await IdsAsync([], true, []), Has.Count.EqualTo(6));

        async Task<List<string>> IdsAsync(byte[] begin, bool inclusive, byte[] end) =>
            [.. (await WalkAsync(_bench.Machine.OpenView().Scan(_range.Range, begin, inclusive, end).Value, _range)).Select(item => item.Id)];
    }

    [Test]
    public async Task Changes_AfterAnLsn_GivesLatestVersionsInOrder()
    {
        _bench.Write(_range, Create("a"));
        Lsn after = _bench.Write(_range, Create("b")).Lsn;
        _bench.Write(_range, Create("c"));
        _bench.Write(_range, Replace("a"));
        _bench.Write(_range, Delete("c"));
        _bench.Write(_range, Create("d"));
        List<(string Id, ulong Lsn)> changes = await WalkAsync(_bench.Machine.OpenView().Changes(_range.Range, after).Value, _range);

        Assert.That(changes.Select(item => item.Id), Is.EqualTo(new[] { "a", "d" }));
        Assert.That((await _bench.ListAsync(_range, byChange: true)).Select(item => item.Id), Is.EqualTo(new[] { "b", "a", "d" }));
    }

    [Test]
    public async Task Compaction_KeepsTheDiskNearTheLiveBytes()
    {
        for (int i = 0; i < 3000; i++)
        {
            _bench.Write(_range, Upsert($"item{i % 50}", new string('x', 200)));
            if (i % 100 == 99)
            {
                _bench.Maintain();
                _bench.Checkpoint();
            }
        }

        _bench.Maintain();
        _bench.Checkpoint();
        _bench.Checkpoint();
        _bench.Checkpoint();
        long live = _bench.Disk.Newest!.Items.ByKey.Values.Sum(record => record.SizeBytes);

        Assert.That(await _bench.ListAsync(_range), Has.Count.EqualTo(50));
        Assert.That(_bench.Disk.Newest.Items.Tail - _bench.Disk.Newest.Items.Begin, Is.LessThan(live + 40_000));
        _bench.Reopen();
        Assert.That(await _bench.ListAsync(_range), Has.Count.EqualTo(50));
    }

    [Test]
    public async Task Read_UnderAViewOlderThanCompaction_SaysSo()
    {
        for (int i = 0; i < 100; i++)
        {
            _bench.Write(_range, Upsert($"item{i}", new string('x', 200)));
        }

        using IDocumentView old = _bench.Machine.OpenView();
        for (int i = 0; i < 100; i++)
        {
            _bench.Write(_range, Upsert($"item{i}", new string('y', 200)));
        }

        _bench.Checkpoint();
        Assert.That(_bench.Maintain(), Is.GreaterThan(0));
        Assert.That(await _bench.ListAsync(_range, of: old), Has.Count.EqualTo(100), "nothing is given up yet");
        _bench.Checkpoint();
        Assert.That(await _bench.ListAsync(_range, of: old), Has.Count.EqualTo(100), "nor by the first checkpoint");
        _bench.Checkpoint();

        Assert.That((await old.ReadAsync(_range.Range, Key("item0"), default)).Error?.Code, Is.EqualTo(ErrorCode.Unavailable));
        Assert.That(
            ((DocumentView)old).Refuse(new StorageFaultException(StorageFaultKind.Io, "items", "block 1", "refused")).Code,
            Is.EqualTo(ErrorCode.StorageFailed), "compaction does not make a device refuse");
        Assert.That(await _bench.ReadAsync(_range, "item0"), Does.Contain("y"));
    }
    [Test]
    public async Task Apply_OnAFullDisk_WritesNoNodesUntilThereIsRoom()
    {
        var disk = new MemoryShardDisk();
        MemoryShardStore store = null!;
        await using var bench = new DocumentWorkbench(open: () => store = disk.Open());
        RangeDefinition range = Range();
        bench.Activate(range);
        bench.Maintain();
        long before = store.Nodes.LogBytes;
        disk.Full = true;
        for (int i = 0; i < 4_000; i++)
        {
            bench.Write(range, Create($"id-{i}"));
        }

        bench.Maintain();
        Assert.That(store.Nodes.LogBytes, Is.EqualTo(before), "what was accepted is applied, and nodes wait");

        disk.Full = false;
        bench.Maintain();
        Assert.That(store.Nodes.LogBytes, Is.GreaterThan(before));
    }

}
