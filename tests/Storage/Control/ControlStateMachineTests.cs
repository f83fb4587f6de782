using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Storage.Control;

namespace Nacre.Storage.Tests.Control;

/// <summary>What each control command does, and what it is refused with.</summary>
[TestFixture]
public sealed class ControlStateMachineTests
{
    private static readonly PartitionKeyDefinition Key = PartitionKeyDefinition.Create("/k").Value;

    [Test]
    public void AnyCommand_BeforeTheCluster_IsUnavailable()
    {
        var bench = new ControlBench();

        Assert.That(bench.Run(new CreateDatabase("d", KeyDomainId.Shared)).Code, Is.EqualTo(ErrorCode.Unavailable));
    }

    [Test]
    public void CreateCluster_Again_IsTheSameOrRefused()
    {
        ControlBench bench = ControlBench.Created();

        Assert.Multiple(() =>
        {
            Assert.That(bench.Run(new CreateCluster(ControlBench.Cluster, 4)).Code, Is.EqualTo(ErrorCode.None));
            Assert.That(bench.Run(new CreateCluster(ControlBench.Cluster, 5)).Code, Is.EqualTo(ErrorCode.AlreadyExists));
            Assert.That(bench.Run(new CreateCluster(new ClusterId(1), 4)).Code, Is.EqualTo(ErrorCode.AlreadyExists));
            Assert.That(bench.Catalog.DataShards, Is.EqualTo(4));
            Assert.That(bench.Catalog.Cluster, Is.EqualTo(ControlBench.Cluster));
        });
    }

    [Test]
    public void CreateDatabase_OfANewName_GetsTheNextIdAndTheEntrysTime()
    {
        ControlBench bench = ControlBench.Created();
        bench.Now += TimeSpan.FromSeconds(5);

        CommandOutcome outcome = bench.Run(new CreateDatabase("shop", KeyDomainId.Shared));

        DatabaseRecord database = bench.Catalog.FindDatabase("shop")!;
        Assert.Multiple(() =>
        {
            Assert.That(outcome.Flags, Is.EqualTo(CommandEffect.Created));
            Assert.That(outcome.Time, Is.EqualTo(bench.Now));
            Assert.That(ControlResult.IdOf(outcome.Detail.Span), Is.EqualTo(database.Id.Value));
            Assert.That(database.Created, Is.EqualTo(bench.Now));
            Assert.That(database.Version, Is.EqualTo(bench.Machine.AppliedSequence));
        });
    }

    [Test]
    public void CreateDatabase_Refused_ChangesNothing()
    {
        ControlBench bench = ControlBench.Created();
        bench.Run(new CreateDatabase("shop", KeyDomainId.Shared));

        Assert.Multiple(() =>
        {
            Assert.That(bench.Run(new CreateDatabase("shop", KeyDomainId.Shared)).Code, Is.EqualTo(ErrorCode.AlreadyExists));
            Assert.That(bench.Run(new CreateDatabase("a/b", KeyDomainId.Shared)).Code, Is.EqualTo(ErrorCode.Malformed));
            Assert.That(bench.Run(new CreateDatabase(new string('x', 256), KeyDomainId.Shared)).Code, Is.EqualTo(ErrorCode.TooLarge));
            Assert.That(bench.Run(new CreateDatabase("other", new KeyDomainId(7))).Code, Is.EqualTo(ErrorCode.NotFound));
            Assert.That(bench.Catalog.Databases, Has.Length.EqualTo(1));
        });
    }

    [Test]
    public void CreateContainer_WithoutANumberOfRanges_PutsOneInEachShard()
    {
        ControlBench bench = ControlBench.Created();
        bench.Run(new CreateDatabase("shop", KeyDomainId.Shared));

        bench.Run(new CreateContainer("shop", "orders", Key, 0));

        ContainerRecord container = bench.Catalog.FindContainer("shop", "orders")!;
        Assert.Multiple(() =>
        {
            Assert.That(container.State, Is.EqualTo(ResourceState.Creating));
            Assert.That(container.Ranges.Select(range => range.Shard.Value), Is.EqualTo(new[] { 1, 2, 3, 4 }));
            Assert.That(container.Ranges.Select(range => range.Id.Value), Is.EqualTo(new[] { 1, 2, 3, 4 }));
            Assert.That(container.Ranges[0].Interval.Min, Is.EqualTo(HashBound.Minimum));
            Assert.That(container.Ranges[^1].Interval.Max, Is.EqualTo(HashBound.Maximum));
        });
    }

    [Test]
    public void CreateContainer_OfOneRangeEach_SpreadsThemOverTheShards()
    {
        ControlBench bench = ControlBench.Created();
        bench.Run(new CreateDatabase("shop", KeyDomainId.Shared));
        for (int n = 0; n < 5; n++)
        {
            bench.Run(new CreateContainer("shop", $"c{n}", Key, 1));
        }

        Assert.That(bench.Catalog.FindDatabase("shop")!.Containers.Select(container => container.Ranges.Single().Shard.Value),
            Is.EqualTo(new[] { 1, 2, 3, 4, 1 }));
    }

    [Test]
    public void CreateContainer_Refused_SaysWhy()
    {
        ControlBench bench = ControlBench.Created();
        bench.Run(new CreateDatabase("shop", KeyDomainId.Shared));
        bench.Run(new CreateContainer("shop", "orders", Key, 1));

        Assert.Multiple(() =>
        {
            Assert.That(bench.Run(new CreateContainer("shop", "orders", Key, 1)).Code, Is.EqualTo(ErrorCode.AlreadyExists));
            Assert.That(bench.Run(new CreateContainer("none", "orders", Key, 1)).Code, Is.EqualTo(ErrorCode.NotFound));
            Assert.That(bench.Run(new CreateContainer("shop", "a?", Key, 1)).Code, Is.EqualTo(ErrorCode.Malformed));
            Assert.That(bench.Run(new CreateContainer("shop", "many", Key, 65)).Code, Is.EqualTo(ErrorCode.Malformed));
        });
    }

    [Test]
    public void DeleteContainer_Always_FreesTheNameForANewIncarnation()
    {
        ControlBench bench = ControlBench.Created();
        bench.Run(new CreateDatabase("shop", KeyDomainId.Shared));
        bench.Run(new CreateContainer("shop", "orders", Key, 1));
        ContainerId first = bench.Catalog.FindContainer("shop", "orders")!.Id;
        bench.Run(new ContainerReady(first));

        Assert.That(bench.Run(new ContainerGone(first)).Code, Is.EqualTo(ErrorCode.PreconditionFailed));
        Assert.That(bench.Run(new DeleteContainer("shop", "orders", new Sequence(1))).Code, Is.EqualTo(ErrorCode.PreconditionFailed));
        bench.Run(new DeleteContainer("shop", "orders", bench.Catalog.FindContainer(first)!.Version));
        bench.Run(new CreateContainer("shop", "orders", Key, 1));

        Assert.Multiple(() =>
        {
            Assert.That(bench.Catalog.FindContainer("shop", "orders")!.Id, Is.GreaterThan(first));
            Assert.That(bench.Catalog.FindContainer(first)!.State, Is.EqualTo(ResourceState.Deleting));
            Assert.That(bench.Run(new ContainerReady(first)).Code, Is.EqualTo(ErrorCode.PreconditionFailed));
            Assert.That(bench.Run(new ContainerGone(first)).Code, Is.EqualTo(ErrorCode.None));
            Assert.That(bench.Run(new ContainerGone(first)).Code, Is.EqualTo(ErrorCode.NotFound));
            Assert.That(bench.Run(new ContainerReady(first)).Code, Is.EqualTo(ErrorCode.NotFound));
        });
    }

    [Test]
    public void DeleteDatabase_WithContainers_IsGoneOnlyAfterThem()
    {
        ControlBench bench = ControlBench.Created();
        bench.Run(new CreateDatabase("shop", KeyDomainId.Shared));
        bench.Run(new CreateContainer("shop", "orders", Key, 1));
        DatabaseId database = bench.Catalog.FindDatabase("shop")!.Id;
        ContainerId container = bench.Catalog.FindContainer("shop", "orders")!.Id;

        Assert.That(bench.Run(new DatabaseGone(database)).Code, Is.EqualTo(ErrorCode.PreconditionFailed));
        bench.Run(new DeleteDatabase("shop", default));

        Assert.Multiple(() =>
        {
            Assert.That(bench.Catalog.FindDatabase("shop"), Is.Null);
            Assert.That(bench.Catalog.DeletingContainers.Single().Id, Is.EqualTo(container));
            Assert.That(bench.Run(new DatabaseGone(database)).Code, Is.EqualTo(ErrorCode.PreconditionFailed));
            Assert.That(bench.Run(new ContainerGone(container)).Code, Is.EqualTo(ErrorCode.None));
            Assert.That(bench.Run(new DatabaseGone(database)).Code, Is.EqualTo(ErrorCode.None));
            Assert.That(bench.Run(new DatabaseGone(database)).Code, Is.EqualTo(ErrorCode.NotFound));
            Assert.That(bench.Catalog.DeletingDatabases, Is.Empty);
        });
    }

    [Test]
    public void SetAccountKey_WithAnExpectation_ReplacesOnlyThatOne()
    {
        ControlBench bench = ControlBench.Created();
        CommandOutcome first = bench.Run(new SetAccountKey(AccountKeyKind.Primary, "p1", new byte[] { 1 }, new Sequence(0)));
        Sequence version = bench.Catalog.FindAccountKey(AccountKeyKind.Primary)!.Version;

        Assert.Multiple(() =>
        {
            Assert.That(first.Flags, Is.EqualTo(CommandEffect.Created));
            Assert.That(bench.Run(new SetAccountKey(AccountKeyKind.Primary, "p2", new byte[] { 2 }, new Sequence(0))).Code, Is.EqualTo(ErrorCode.PreconditionFailed));
            Assert.That(bench.Run(new SetAccountKey(AccountKeyKind.Primary, "p2", new byte[] { 2 }, version)).Code, Is.EqualTo(ErrorCode.None));
            Assert.That(bench.Run(new SetAccountKey((AccountKeyKind)9, "p2", new byte[] { 2 }, null)).Code, Is.EqualTo(ErrorCode.Malformed));
            Assert.That(bench.Run(new SetAccountKey(AccountKeyKind.Primary, "", new byte[] { 2 }, null)).Code, Is.EqualTo(ErrorCode.Malformed));
            Assert.That(bench.Catalog.AccountKeys.Single().KeyId, Is.EqualTo("p2"));
        });
    }

    [Test]
    public void SetSetting_SetAndRemoved_ComesAndGoes()
    {
        ControlBench bench = ControlBench.Created();

        Assert.That(bench.Run(new SetSetting("a", "1", null)).Flags, Is.EqualTo(CommandEffect.Created));
        Assert.That(bench.Run(new SetSetting("a", "2", new Sequence(0))).Code, Is.EqualTo(ErrorCode.PreconditionFailed));
        Assert.That(bench.Run(new SetSetting("a", new string('x', 4097), null)).Code, Is.EqualTo(ErrorCode.TooLarge));
        Assert.That(bench.Catalog.SettingOf("a"), Is.EqualTo("1"));
        bench.Run(new SetSetting("a", null, null));
        Assert.That(bench.Catalog.SettingOf("a"), Is.Null);
        Assert.That(bench.Run(new SetSetting("a", null, null)).Code, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void RecordKeyRingGeneration_Lower_DoesNothing()
    {
        ControlBench bench = ControlBench.Created();
        bench.Run(new RecordKeyRingGeneration(7));
        bench.Run(new RecordKeyRingGeneration(3));

        Assert.That(bench.Catalog.KeyRingGeneration, Is.EqualTo(7));
    }

    [Test]
    public void Repetition_UnderItsKey_IsRememberedNotDone()
    {
        ControlBench bench = ControlBench.Created();
        IdempotencyKey key = KeyOf(sequence: 1, hash: 5);
        CommandOutcome first = bench.Run(new CreateDatabase("shop", KeyDomainId.Shared), key);
        bench.Now += TimeSpan.FromMinutes(9);

        CommandOutcome again = bench.Run(new CreateDatabase("shop", KeyDomainId.Shared), key);

        Assert.Multiple(() =>
        {
            Assert.That(again.Code, Is.EqualTo(ErrorCode.None));
            Assert.That(again.Flags, Is.EqualTo(CommandEffect.Created | CommandEffect.Repeated));
            Assert.That(again.Detail.ToArray(), Is.EqualTo(first.Detail.ToArray()));
            Assert.That(again.Time, Is.EqualTo(first.Time));
            Assert.That(bench.Run(new CreateDatabase("shop", KeyDomainId.Shared), key with { Hash = new RequestHash(6) }).Code, Is.EqualTo(ErrorCode.IdempotencyMismatch));
        });
    }

    [Test]
    public void Repetition_AfterItsTime_IsRefusedNotDone()
    {
        ControlBench bench = ControlBench.Created();
        bench.Run(new CreateDatabase("shop", KeyDomainId.Shared), KeyOf(sequence: 4));
        bench.Run(new DeleteDatabase("shop", default));
        bench.Now += OutcomeTable.Retention + TimeSpan.FromMinutes(2);

        Assert.That(bench.Run(new CreateDatabase("shop", KeyDomainId.Shared), KeyOf(sequence: 4)).Code, Is.EqualTo(ErrorCode.IdempotencyExpired));
        Assert.That(bench.Run(new CreateDatabase("shop", KeyDomainId.Shared), KeyOf(sequence: 3)).Code, Is.EqualTo(ErrorCode.IdempotencyExpired));
        Assert.That(bench.Run(new CreateDatabase("shop", KeyDomainId.Shared), KeyOf(sequence: 5)).Code, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void Repetition_OfWhatTheClientHas_IsRefused()
    {
        ControlBench bench = ControlBench.Created();
        bench.Run(new CreateDatabase("a", KeyDomainId.Shared), KeyOf(sequence: 1));
        bench.Run(new CreateDatabase("b", KeyDomainId.Shared), KeyOf(sequence: 2) with { AnsweredBelow = 2 });

        Assert.That(bench.Run(new CreateDatabase("a", KeyDomainId.Shared), KeyOf(sequence: 1)).Code, Is.EqualTo(ErrorCode.IdempotencyExpired));
    }

    [Test]
    public void Client_WithTooMuchRemembered_IsOverloadedUntilTimePasses()
    {
        ControlBench bench = ControlBench.Created();
        for (ulong n = 1; n <= OutcomeTable.MaxOutcomesOfClient; n++)
        {
            bench.Run(new RecordKeyRingGeneration(n), KeyOf(n));
        }

        Assert.That(bench.Run(new RecordKeyRingGeneration(9999), KeyOf(5000)).Code, Is.EqualTo(ErrorCode.Overloaded));
        Assert.That(bench.Catalog.KeyRingGeneration, Is.EqualTo(OutcomeTable.MaxOutcomesOfClient));
        bench.Now += OutcomeTable.Retention + TimeSpan.FromMinutes(2);
        Assert.That(bench.Run(new RecordKeyRingGeneration(9999), KeyOf(5000)).Code, Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void Client_AfterADay_IsNoLongerKnown()
    {
        ControlBench bench = ControlBench.Created();
        bench.Run(new RecordKeyRingGeneration(1), KeyOf(1));
        bench.Now += OutcomeTable.ClientRetention + TimeSpan.FromMinutes(1);
        bench.NoOp();

        Assert.That(bench.Machine.State.Outcomes.Clients, Is.Empty);
    }

    [Test]
    public void Apply_OfAForeignEntry_IsCorrupt()
    {
        ControlBench bench = ControlBench.Created();
        LogRecord data = bench.Entry(EntryKind.Data, bench.Machine.AppliedSequence.Next, default, [1, 0]);
        LogRecord unknown = bench.Entry(EntryKind.Control, bench.Machine.AppliedSequence.Next, default, [99, 1]);
        byte[] otherCluster = bench.Encode(new RecordKeyRingGeneration(1)).Entry.ToArray();
        otherCluster[8] ^= 1;

        Assert.Multiple(() =>
        {
            Assert.That(() => bench.Apply(data), Throws.TypeOf<StorageFaultException>());
            Assert.That(() => bench.Apply(unknown), Throws.TypeOf<StorageFaultException>());
            Assert.That(() => bench.Apply(new LogRecord(bench.Machine.Applied.Next, new Term(1), otherCluster)), Throws.TypeOf<StorageFaultException>());
        });
    }

    private static IdempotencyKey KeyOf(ulong sequence, ulong hash = 1) => new(new ClientId(77), sequence, 0, new RequestHash(hash));
}
