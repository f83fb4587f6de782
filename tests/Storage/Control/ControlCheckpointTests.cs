using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Control;
using Nacre.Storage.Tests.Support;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Control;

/// <summary>The catalogue on the disk: crashes, damage, keys.</summary>
[TestFixture]
public sealed class ControlCheckpointTests
{
    [Test]
    public async Task Open_AfterACheckpoint_HasEverything()
    {
        ControlBench bench = Filled();
        await bench.Machine.BeginCheckpoint();
        byte[] before = bench.Snapshot();

        ControlStateMachine reopened = bench.Open();

        Assert.Multiple(() =>
        {
            Assert.That(ControlStateCodec.Encode(reopened.State), Is.EqualTo(before));
            Assert.That(reopened.Applied, Is.EqualTo(bench.Machine.Applied));
            Assert.That(reopened.RunningHash, Is.EqualTo(bench.Machine.RunningHash));
            Assert.That(reopened.AppliedTime, Is.EqualTo(bench.Machine.AppliedTime));
        });
    }

    [Test]
    public async Task BeginCheckpoint_Repeatedly_KeepsTwoAndReleasesTheOlder()
    {
        ControlBench bench = Filled();
        Assert.That(await bench.Machine.BeginCheckpoint(), Is.EqualTo(default(LogIndex)));
        LogIndex first = bench.Machine.Applied;
        bench.NoOp();
        Assert.That(await bench.Machine.BeginCheckpoint(), Is.EqualTo(first));
        bench.NoOp();
        LogIndex second = new(bench.Machine.Applied.Value - 1);
        Assert.That(await bench.Machine.BeginCheckpoint(), Is.EqualTo(second));

        Assert.That(bench.Files.ListFiles(ControlBench.Folder), Has.Count.EqualTo(2));
    }

    [Test]
    public void Checkpoint_CrashedAtAnyChange_RecoversByTheLog([Values(1ul, 2ul, 3ul)] ulong seed)
    {
        for (long step = 1; ; step++)
        {
            ControlBench bench = Filled();
            bench.Machine.BeginCheckpoint().GetAwaiter().GetResult();
            bench.Run(new CreateDatabase("later", KeyDomainId.Shared));
            byte[] expected = bench.Snapshot();
            bench.Files.CrashAt(bench.Files.Changes + step, seed);
            bool isDone = true;
            try
            {
                bench.Machine.BeginCheckpoint().GetAwaiter().GetResult();
            }
            catch (SimulatedCrashException)
            {
                isDone = false;
            }

            bench.Files = bench.Files.Reboot(seed);
            bench.Restart();

            Assert.That(bench.Snapshot(), Is.EqualTo(expected), $"step {step}");
            Assert.That(bench.Machine.BeginCheckpoint().IsCompletedSuccessfully);
            if (isDone)
            {
                return;
            }
        }
    }

    [Test]
    public async Task Checkpoint_OnAFailingDisk_FaultsAndKeepsTheOldOnes(
        [Values(SimulatedOperationKind.Write, SimulatedOperationKind.Flush, SimulatedOperationKind.Rename, SimulatedOperationKind.SyncDirectory)] SimulatedOperationKind failing,
        [Values(StorageFaultKind.Io, StorageFaultKind.NoSpace)] StorageFaultKind fault)
    {
        ControlBench bench = Filled();
        bench.Machine.BeginCheckpoint().GetAwaiter().GetResult();
        bench.Run(new CreateDatabase("later", KeyDomainId.Shared));
        byte[] expected = bench.Snapshot();
        bench.Files.Fail(failing, fault: fault);

        StorageFaultException? seen = await Assert.ThrowsAsync<StorageFaultException>(() => bench.Machine.BeginCheckpoint());
        Assert.That(seen?.Kind, Is.EqualTo(fault));
        bench.Restart();
        Assert.That(bench.Snapshot(), Is.EqualTo(expected));
    }

    [Test]
    public void Open_WithADamagedNewest_StandsOnTheOlderAndTheLog()
    {
        var random = new SeededRandom(11);
        for (int round = 0; round < 60; round++)
        {
            ControlBench bench = TwoCheckpoints(out string newest, out _);
            byte[] expected = bench.Snapshot();
            switch (round % 3)
            {
                case 0:
                    bench.Files.FlipBit(newest, random.Next(bench.Files.Get(newest).Length), random.Next(8));
                    break;
                case 1:
                    bench.Files.Cut(newest, random.Next(bench.Files.Get(newest).Length));
                    break;
                default:
                    bench.Files.Lose(newest);
                    break;
            }

            bench.Restart();

            Assert.That(bench.Snapshot(), Is.EqualTo(expected), $"round {round}");
        }
    }

    [Test]
    public void Open_WithAnOlderFilePutInPlaceOfTheNewest_StandsOnTheOlder()
    {
        ControlBench bench = TwoCheckpoints(out string newest, out string older);
        byte[] expected = bench.Snapshot();
        bench.Files.Put(newest, bench.Files.Get(older));

        bench.Restart();

        Assert.That(bench.Snapshot(), Is.EqualTo(expected));
        Assert.That(bench.Machine.Checkpoints, Has.Count.EqualTo(1));
    }

    [Test]
    public void Open_WithBothDamaged_IsEmptyForTheReplicaToRefuse()
    {
        ControlBench bench = TwoCheckpoints(out string newest, out string older);
        bench.Files.FlipBit(newest, 100, 1);
        bench.Files.FlipBit(older, 100, 1);

        Assert.That(bench.Open().Applied, Is.EqualTo(default(LogIndex)));
    }

    [Test]
    public void Open_OfALaterFormat_IsUnsupported()
    {
        ControlBench bench = TwoCheckpoints(out string newest, out _);
        byte[] later = bench.Files.Get(newest);
        later[8] = 2;
        bench.Files.Put(newest, later);

        Assert.That(bench.TryOpen().Error?.Code, Is.EqualTo(ErrorCode.Unsupported));
    }

    [Test]
    public void Decode_OfALaterRecord_IsUnsupported()
    {
        byte[] payload = Filled().Snapshot();
        byte[] laterKind = [.. payload, 99, 0, 1, 0, 0, 0, 0, 0];
        byte[] laterVersion = [.. payload];
        laterVersion[2] = 2;

        Assert.That(ControlStateCodec.Decode(laterKind).Error?.Code, Is.EqualTo(ErrorCode.Unsupported));
        Assert.That(ControlStateCodec.Decode(laterVersion).Error?.Code, Is.EqualTo(ErrorCode.Unsupported));
    }

    [Test]
    public void Decode_Truncated_IsCorrupt()
    {
        byte[] payload = Filled().Snapshot();
        int headBytes = 8 + BitConverter.ToInt32(payload, 4);
        int refused = Enumerable.Range(0, payload.Length).Count(length => !ControlStateCodec.Decode(payload.AsSpan(0, length)).IsOk);

        Assert.That(refused, Is.GreaterThan(payload.Length - 20), "a cut between two records is for the seal to see");
        Assert.That(ControlStateCodec.Decode(payload.AsSpan(headBytes)).Error?.Code, Is.EqualTo(ErrorCode.Corrupt), "without a head");
    }

    [Test]
    public void Encode_OfAFilledState_KeepsItsBytes() => Golden.Check("control-state-v1.bin", Filled().Snapshot());

    [Test]
    public void Encode_OfAStateWithUsers_KeepsItsBytesAndReadsThem()
    {
        byte[] payload = WithUsers().Snapshot();

        Golden.Check("control-state-v1-users.bin", payload);
        Assert.That(ControlStateCodec.Encode(ControlStateCodec.Decode(payload).Value), Is.EqualTo(payload));
    }

    [Test]
    public void Encode_OfAStateWithNodes_KeepsItsBytesAndReadsThem()
    {
        byte[] payload = WithNodes().Snapshot();

        Golden.Check("control-state-v1-nodes.bin", payload);
        Assert.That(ControlStateCodec.Encode(ControlStateCodec.Decode(payload).Value), Is.EqualTo(payload));
    }

    [Test]
    public void Encode_OfAUsedJoinToken_KeepsItsBytesAndReadsThem()
    {
        ControlBench bench = WithNodes();
        bench.Run(new AddNode(7, default, new RegionId(1), "c:1", "https://c:2", ReplicaKind.Voter, Enumerable.Range(0, 32).Select(at => (byte)at).ToArray()));
        byte[] payload = bench.Snapshot();

        Golden.Check("control-state-v1-used-token.bin", payload);
        ControlState read = ControlStateCodec.Decode(payload).Value;
        Assert.That(ControlStateCodec.Encode(read), Is.EqualTo(payload));
        Assert.That(read.Catalog.FindJoinToken(7)!.UsedBy, Is.EqualTo(new NodeId(3)));
    }

    [Test]
    public void Decode_NodesOrJoinTokensThatCannotBe_IsCorrupt()
    {
        ControlState state = WithNodes().Machine.State;
        Catalog catalog = state.Catalog;
        ClusterNode first = catalog.Nodes[0];
        JoinTokenRecord token = catalog.JoinTokens[0];
        Catalog[] broken =
        [
            catalog with { Nodes = [.. catalog.Nodes, first] },
            catalog with { Nodes = catalog.Nodes.RemoveAt(0) },
            catalog with { Nodes = [first with { Region = default }] },
            catalog with { Nodes = [first with { State = (ClusterNodeState)4 }] },
            catalog with { Nodes = [first with { Kind = (ReplicaKind)3 }] },
            catalog with { JoinTokens = [token, token] },
            catalog with { JoinTokens = [token with { SecretHash = new byte[31] }] },
            catalog with { JoinTokens = [token with { UsedBy = first.Id, KeyHash = new byte[31] }] },
            catalog with { JoinTokens = [token with { UsedBy = new NodeId(3), KeyHash = new byte[32] }] },
        ];

        Assert.That(
            broken.Select(each => ControlStateCodec.Decode(ControlStateCodec.Encode(state with { Catalog = each })).Error?.Code),
            Is.All.EqualTo(ErrorCode.Corrupt));
    }

    [Test]
    public void Decode_OfAStateFromBeforeUsers_ReadsIt()
    {
        ControlState state = ControlStateCodec.Decode(Golden.Read("control-state-v1.bin")).Value;

        Assert.That(state.Catalog.Databases, Is.Not.Empty);
        Assert.That(state.Catalog.Users, Is.Empty);
        Assert.That(state.Catalog.Permissions, Is.Empty);
        Assert.That(state.Catalog.TokenKeys, Is.Empty);
        Assert.That(state.Catalog.Nodes, Is.Empty);
    }

    [Test]
    public void Encode_OfAStateWithAReplicaSet_KeepsItsBytesAndReadsThem()
    {
        ControlBench bench = Filled();
        bench.Configure(ControlBench.Sets[2]);
        bench.NoOp();
        byte[] payload = bench.Snapshot();

        Golden.Check("control-state-v1-replicas.bin", payload);
        ControlState state = ControlStateCodec.Decode(payload).Value;
        Assert.That(state.ReplicaSet?.Index, Is.EqualTo(new LogIndex(bench.Machine.Applied.Value - 1)));
        Assert.That(ControlStateCodec.Encode(state), Is.EqualTo(payload));
        Assert.That(ControlStateCodec.Decode(Golden.Read("control-state-v1.bin")).Value.ReplicaSet, Is.Null);
    }

    [Test]
    public void Decode_ReplicaSetThatCannotBeThere_IsCorrupt()
    {
        ControlState state = Filled().Machine.State;
        LoggedReplicaSet[] broken =
        [
            new(default, ControlBench.Sets[0]),
            new(state.Catalog.Applied.Next, ControlBench.Sets[0]),
        ];
        byte[] once = ControlStateCodec.Encode(state with { ReplicaSet = new(state.Catalog.Applied, ControlBench.Sets[0]) });
        byte[] record = once[ControlStateCodec.Encode(state).Length..];

        Assert.That(
            broken.Select(set => ControlStateCodec.Decode(ControlStateCodec.Encode(state with { ReplicaSet = set })).Error?.Code),
            Is.All.EqualTo(ErrorCode.Corrupt));
        Assert.That(ControlStateCodec.Decode(once).IsOk, "once is right");
        Assert.That(ControlStateCodec.Decode([.. once, .. record]).Error?.Code, Is.EqualTo(ErrorCode.Corrupt), "twice is not");
    }

    [Test]
    public void Apply_ReplicaSetThatCannotBeRead_StopsTheReplica()
    {
        ControlBench bench = Filled();

        StorageFaultException? fault = Assert.Throws<StorageFaultException>(() =>
            bench.Apply(bench.Entry(EntryKind.Configuration, bench.Machine.AppliedSequence, default, [1, 40])));
        Assert.That(fault?.Kind, Is.EqualTo(StorageFaultKind.Corrupt));
        Assert.That(bench.Machine.AppliedSet, Is.Null);
    }

    [Test]
    public void Decode_UserOrPermissionThatHangsInTheAir_IsCorrupt()
    {
        ControlState state = WithUsers().Machine.State;
        Catalog catalog = state.Catalog;
        PermissionRecord permission = catalog.Permissions.Values.First();
        UserRecord user = catalog.UsersOf(permission.Database).Values.First(owner => owner.Id == permission.User);
        Catalog With(UserRecord changed) => catalog with
        {
            Users = catalog.Users.SetItem(permission.Database, catalog.UsersOf(permission.Database).SetItem(changed.Name, changed)),
        };
        Catalog[] broken =
        [
            With(user with { Database = new DatabaseId(99) }),
            With(user with { Permissions = [permission with { Container = new ContainerId(99) }] }),
            With(user with { Permissions = [permission with { User = new UserId(99) }] }),
            catalog with { TokenKeys = [.. catalog.TokenKeys, .. catalog.TokenKeys] },
        ];

        Assert.That(
            broken.Select(each => ControlStateCodec.Decode(ControlStateCodec.Encode(state with { Catalog = each })).Error?.Code),
            Is.All.EqualTo(ErrorCode.Corrupt));
    }

    [Test]
    public async Task Checkpoint_OfAFilledState_KeepsItsBytes()
    {
        ControlBench bench = Filled();
        await bench.Machine.BeginCheckpoint();
        string path = $"{ControlBench.Folder}/control-0000000000000001.ckpt";

        Golden.Check("control-checkpoint-v1.bin", bench.Files.Get(path));
        bench.Files.Put(path, Golden.Read("control-checkpoint-v1.bin"));
        Assert.That(ControlStateCodec.Encode(bench.Open().State), Is.EqualTo(Golden.Read("control-state-v1.bin")));
    }

    [Test]
    public async Task Checkpoint_Always_HoldsNoClearTextAndNamesItsKey()
    {
        ControlBench bench = Filled();
        DataKeyId key = bench.Keys.Rotate(KeyDomainId.Shared);
        await bench.Machine.BeginCheckpoint();

        Assert.That(bench.Files.FindBytes("warehouse"u8), Is.Null);
        Assert.That(bench.Machine.Checkpoints.Single().Key, Is.EqualTo(key));
        Assert.That(bench.Open().Applied, Is.EqualTo(bench.Machine.Applied));
    }

    [Test]
    public async Task Checkpoint_UnderADestroyedKey_IsCorruptNotEmpty()
    {
        ControlBench bench = Filled();
        await bench.Machine.BeginCheckpoint();
        bench.Keys.Destroy(bench.Machine.Checkpoints.Single().Key);

        var folder = new ControlCheckpointFolder(ControlBench.Folder, bench.Files, bench.Keys, new SeededRandom(1));
        StorageFaultException? fault = Assert.Throws<StorageFaultException>(() => folder.Read(1));
        Assert.That(fault?.Message, Does.Contain("data key"));
    }

    private static ControlBench TwoCheckpoints(out string newest, out string older)
    {
        ControlBench bench = Filled();
        bench.Machine.BeginCheckpoint().GetAwaiter().GetResult();
        bench.Run(new CreateDatabase("between", KeyDomainId.Shared));
        bench.Machine.BeginCheckpoint().GetAwaiter().GetResult();
        bench.Run(new CreateDatabase("behind", KeyDomainId.Shared));
        IReadOnlyList<string> names = bench.Files.ListFiles(ControlBench.Folder);
        older = $"{ControlBench.Folder}/{names[0]}";
        newest = $"{ControlBench.Folder}/{names[1]}";
        return bench;
    }

    private static ControlBench Filled()
    {
        ControlBench bench = ControlBench.Created();
        PartitionKeyDefinition key = PartitionKeyDefinition.Create("/tenant", "/user").Value;
        bench.Run(new CreateDatabase("warehouse", KeyDomainId.Shared));
        bench.Run(new CreateDatabase("old", KeyDomainId.Shared));
        bench.Run(new CreateContainer("warehouse", "items", key, 0), new IdempotencyKey(new ClientId(3), 1, 0, new RequestHash(8)));
        bench.Run(new ContainerReady(new ContainerId(1)));
        bench.Run(new CreateContainer("warehouse", "half", key, 2));
        bench.Run(new CreateContainer("old", "c", key, 1));
        bench.Run(new DeleteDatabase("old", default));
        bench.Run(new SetAccountKey(AccountKeyKind.Primary, "p", new byte[] { 1, 2, 3 }, null));
        bench.Run(new SetSetting("mode", "strict", null));
        bench.Run(new RecordKeyRingGeneration(4));
        bench.Run(new CreateDatabase("warehouse", KeyDomainId.Shared), new IdempotencyKey(new ClientId(3), 2, 0, new RequestHash(9)));
        bench.NoOp();
        return bench;
    }

    private static ControlBench WithUsers()
    {
        ControlBench bench = Filled();
        ResourcePath items = ResourcePath.Parse("dbs/warehouse/colls/items").Value;
        var tenant = new PartitionKey(PartitionKeyValue.Of("t1"));
        var whole = new PartitionKey(PartitionKeyValue.Of("t1"), PartitionKeyValue.Of(2));
        bench.Run(new SetTokenKey(1, new byte[] { 1 }, KeepsPrevious: true, default));
        bench.Run(new CreateUser("warehouse", "ann"));
        bench.Run(new CreateUser("warehouse", "bob"));
        bench.Run(new CreatePermission("warehouse", "ann", "tenant", new PermissionTarget(PermissionMode.All, items, tenant)));
        bench.Run(new CreatePermission("warehouse", "ann", "one", new PermissionTarget(
            PermissionMode.Read, ResourcePath.Parse("dbs/warehouse/colls/items/docs/17").Value, whole)));
        bench.Run(new SetTokenKey(2, new byte[] { 2, 2 }, KeepsPrevious: true, bench.Catalog.TokenKeys[0].Version));
        Assert.That(bench.Catalog.Permissions, Has.Count.EqualTo(2));
        return bench;
    }

    private static ControlBench WithNodes()
    {
        ControlBench bench = Filled();
        DateTimeOffset expires = bench.Now + TimeSpan.FromHours(1);
        bench.Run(new AddNode(0, AddNode.Founder, new RegionId(1), "a:1", "https://a:2", ReplicaKind.Voter));
        bench.Run(new CreateJoinToken(9, new byte[32], expires));
        bench.Run(new CreateJoinToken(7, new byte[32], expires));
        bench.Run(new AddNode(9, default, new RegionId(2), "b:1", "https://b:2", ReplicaKind.Learner));
        bench.Run(new SetNode(new NodeId(2), "b:1", "https://b:2", ClusterNodeState.Removed, ReplicaKind.Learner, bench.Catalog.Nodes[1].Version));
        bench.Run(new CreateJoinToken(5, new byte[32], expires));
        Assert.That(bench.Catalog.Nodes.Select(node => node.State), Is.EqualTo(new[] { ClusterNodeState.Active, ClusterNodeState.Removed }));
        Assert.That(bench.Catalog.JoinTokens.Select(token => (int)token.Id), Is.EqualTo(new[] { 5, 7 }));
        return bench;
    }
}
