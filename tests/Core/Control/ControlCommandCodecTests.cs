using CsCheck;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Core.Tests.Support;

namespace Nacre.Core.Tests.Control;

[TestFixture]
public sealed class ControlCommandCodecTests
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char[' ', '\ud7ff'], 0, 40];

    private static readonly Gen<Sequence> Version = Gen.ULong.Select(value => new Sequence(value));

    private static readonly Gen<Sequence?> Expected = Gen.Bool.SelectMany(given => given ? Version.Select(version => (Sequence?)version) : Gen.Const((Sequence?)null));

    private static readonly Gen<DateTimeOffset> Time = Gen.Long[0, DateTime.MaxValue.Ticks].Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

    private static readonly string[] Paths = ["/country", "/address/zip", "/'a/b'/c", "/é"];

    private static readonly Gen<PartitionKeyDefinition> PartitionKey =
        Gen.Int[0, 3].Select(at => Paths[at]).Array[1, 3].Where(paths => paths.Distinct().Count() == paths.Length)
            .Select(paths => PartitionKeyDefinition.Create(paths).Value);

    private static readonly Gen<PartitionKeyValue> Value = Gen.OneOf(
        Gen.Const(PartitionKeyValue.Undefined), Gen.Const(PartitionKeyValue.Null), Gen.Bool.Select(PartitionKeyValue.Of),
        Gen.Double.Where(double.IsFinite).Select(PartitionKeyValue.Of), Text.Select(PartitionKeyValue.Of));

    private static readonly Gen<PermissionTarget> Target = Gen.Select(
        Gen.Enum<PermissionMode>(), Gen.Int[0, ResourcePathTests.Paths.Length - 1], Value.Array[0, 3],
        (mode, at, values) => new PermissionTarget(mode, ResourcePath.Parse(ResourcePathTests.Paths[at]).Value, new PartitionKey(values)));

    private static readonly Gen<IndexingPolicy> Policy = Gen.OneOf(
        IndexingPolicy.Default, IndexingPolicy.None, IndexingPolicy.Parse("""{"excludedPaths":[{"path":"/*"}],"includedPaths":[{"path":"/é/?"}]}""").Value);

    private static readonly Gen<ControlCommand> Command = Gen.OneOf<ControlCommand>(
        Gen.Select(Gen.ULong, Gen.UInt, (cluster, shards) => (ControlCommand)new CreateCluster(new ClusterId(cluster), shards)),
        Gen.Select(Text, Gen.UInt, (name, domain) => (ControlCommand)new CreateDatabase(name, new KeyDomainId(domain))),
        Gen.Select(Text, Version, (name, version) => (ControlCommand)new DeleteDatabase(name, version)),
        Gen.ULong.Select(id => (ControlCommand)new DatabaseGone(new DatabaseId(id))),
        Gen.Select(Text, Text, PartitionKey, Gen.UInt, (database, name, key, ranges) => (ControlCommand)new CreateContainer(database, name, key, ranges)),
        Gen.Select(Text, Text, PartitionKey, Gen.UInt, Policy, (database, name, key, ranges, policy) =>
            (ControlCommand)new CreateContainer(database, name, key, ranges) { Indexing = policy }),
        Gen.Select(Text, Text, Version, Policy, (database, name, version, policy) => (ControlCommand)new SetContainerIndexing(database, name, version, policy)),
        Gen.Select(Gen.ULong, Version, (id, version) => (ControlCommand)new ContainerIndexingSet(new ContainerId(id), version)),
        Gen.ULong.Select(id => (ControlCommand)new ContainerReady(new ContainerId(id))),
        Gen.Select(Text, Text, Version, (database, name, version) => (ControlCommand)new DeleteContainer(database, name, version)),
        Gen.ULong.Select(id => (ControlCommand)new ContainerGone(new ContainerId(id))),
        Gen.Select(Gen.Enum<AccountKeyKind>(), Text, Gen.Byte.Array[0, 60], Expected, (kind, id, key, version) => (ControlCommand)new SetAccountKey(kind, id, key, version)),
        Gen.Select(Text, Text, Gen.Bool, Expected, (name, value, isSet, version) => (ControlCommand)new SetSetting(name, isSet ? value : null, version)),
        Gen.ULong.Select(generation => (ControlCommand)new RecordKeyRingGeneration(generation)),
        Gen.Select(Text, Text, (database, name) => (ControlCommand)new CreateUser(database, name)),
        Gen.Select(Text, Text, Version, (database, name, version) => (ControlCommand)new DeleteUser(database, name, version)),
        Gen.Select(Text, Text, Text, Target, (database, user, name, target) => (ControlCommand)new CreatePermission(database, user, name, target)),
        Gen.Select(Text, Text, Target, Version, (user, name, target, version) => (ControlCommand)new ReplacePermission("d", user, name, target, version)),
        Gen.Select(Text, Text, Text, Version, (database, user, name, version) => (ControlCommand)new DeletePermission(database, user, name, version)),
        Gen.Select(Gen.UInt, Gen.Byte.Array[0, 60], Gen.Bool, Version, (generation, key, keeps, version) => (ControlCommand)new SetTokenKey(generation, key, keeps, version)),
        Gen.Select(Gen.ULong, Gen.Byte.Array[0, 40], Time, (id, hash, expires) => (ControlCommand)new CreateJoinToken(id, hash, expires)),
        Gen.ULong.Select(id => (ControlCommand)new RemoveJoinToken(id)),
        Gen.Select(Gen.ULong, Gen.UInt, Text, Text, Gen.Enum<ReplicaKind>(), Gen.Byte.Array[0, 40], (token, id, peer, client, kind, key) =>
            (ControlCommand)new AddNode(token, new NodeId(id), new RegionId(id), peer, client, kind, key)),
        Gen.Select(Gen.UInt, Text, Text, Gen.Enum<ClusterNodeState>(), Gen.Enum<ReplicaKind>(), Version, (id, peer, client, state, kind, version) =>
            (ControlCommand)new SetNode(new NodeId(id), peer, client, state, kind, version)));

    [Test]
    public void Decode_OfEncoded_GivesTheCommand() => Command.Sample(command =>
    {
        byte[] bytes = ControlCommandCodec.Encode(command);
        Result<ControlCommand> decoded = ControlCommandCodec.Decode(bytes);
        return decoded.IsOk && decoded.Value.GetType() == command.GetType() &&
            ControlCommandCodec.Encode(decoded.Value).AsSpan().SequenceEqual(bytes);
    });

    [Test]
    public void Decode_OfAnyBytes_RefusesOrGivesTheSameBytesBack() => Gen.Select(Gen.Byte[0, 26], Gen.Byte.Array[0, 40]).Sample((kind, rest) =>
    {
        byte[] bytes = [kind, ControlCommandCodec.FormatVersion, .. rest];
        Result<ControlCommand> decoded = ControlCommandCodec.Decode(bytes);
        return decoded.IsOk
            ? ControlCommandCodec.Encode(decoded.Value).AsSpan().SequenceEqual(bytes)
            : decoded.Error.Code is ErrorCode.Corrupt or ErrorCode.Unsupported;
    });

    [Test]
    public void Decode_Truncated_IsCorrupt() => Command.Sample(command =>
    {
        byte[] bytes = ControlCommandCodec.Encode(command);
        for (int length = 0; length < bytes.Length; length++)
        {
            if (ControlCommandCodec.Decode(bytes.AsSpan(0, length)).Error?.Code != ErrorCode.Corrupt)
            {
                return false;
            }
        }

        return true;
    });

    [TestCase(26, 1)]
    [TestCase(0, 1)]
    [TestCase(2, 2)]
    public void Decode_OfALaterKindOrVersion_IsUnsupported(byte kind, byte version) =>
        Assert.That(ControlCommandCodec.Decode([kind, version, 0, 0]).Error?.Code, Is.EqualTo(ErrorCode.Unsupported));

    [Test]
    public void Encode_OfEachCommand_KeepsItsBytes()
    {
        ControlCommand[] commands =
        [
            new CreateCluster(new ClusterId(new UInt128(0x0102030405060708, 0x090A0B0C0D0E0F10)), 4),
            new CreateDatabase("shop", KeyDomainId.Shared),
            new DeleteDatabase("shop", new Sequence(7)),
            new DatabaseGone(new DatabaseId(1)),
            new CreateContainer("shop", "orders", PartitionKeyDefinition.Create("/tenant", "/user/id").Value, 3),
            new ContainerReady(new ContainerId(2)),
            new DeleteContainer("shop", "orders", default),
            new ContainerGone(new ContainerId(2)),
            new SetAccountKey(AccountKeyKind.Secondary, "key-2", new byte[] { 1, 2, 3 }, new Sequence(0)),
            new SetSetting("retention", "10m", null),
            new SetSetting("retention", null, new Sequence(9)),
            new RecordKeyRingGeneration(5),
        ];

        Golden.Check("control-commands-v1.bin", [.. commands.SelectMany(command =>
        {
            byte[] bytes = ControlCommandCodec.Encode(command);
            return BitConverter.GetBytes((ushort)bytes.Length).Concat(bytes);
        })]);
    }

    [Test]
    public void Encode_OfEachCommandOfAccess_KeepsItsBytes()
    {
        var target = new PermissionTarget(
            PermissionMode.All, ResourcePath.Parse("dbs/shop/colls/orders").Value, new PartitionKey(PartitionKeyValue.Of("acme"), PartitionKeyValue.Of(7)));
        ControlCommand[] commands =
        [
            new CreateUser("shop", "ann"),
            new DeleteUser("shop", "ann", new Sequence(3)),
            new CreatePermission("shop", "ann", "orders", target),
            new ReplacePermission("shop", "ann", "orders", target with { Mode = PermissionMode.Read, PartitionKey = default }, new Sequence(4)),
            new DeletePermission("shop", "ann", "orders", default),
            new SetTokenKey(2, new byte[] { 1, 2, 3 }, KeepsPrevious: true, new Sequence(5)),
        ];

        Golden.Check("control-access-commands-v1.bin", [.. commands.SelectMany(command =>
        {
            byte[] bytes = ControlCommandCodec.Encode(command);
            return BitConverter.GetBytes((ushort)bytes.Length).Concat(bytes);
        })]);
    }

    [Test]
    public void Encode_OfEachCommandOfNodes_KeepsItsBytes()
    {
        ControlCommand[] commands =
        [
            new CreateJoinToken(new UInt128(1, 2), Enumerable.Range(0, 32).Select(at => (byte)at).ToArray(), new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)),
            new RemoveJoinToken(new UInt128(1, 2)),
            new AddNode(0, AddNode.Founder, new RegionId(1), "a:7601", "https://a:7600", ReplicaKind.Voter),
            new AddNode(new UInt128(1, 2), default, new RegionId(3), "[::1]:7601", "https://[::1]:7600", ReplicaKind.Learner),
            new SetNode(new NodeId(2), "b:7601", "https://b:7600", ClusterNodeState.Draining, ReplicaKind.Voter, new Sequence(6)),
        ];

        Golden.Check("control-node-commands-v1.bin", [.. commands.SelectMany(command =>
        {
            byte[] bytes = ControlCommandCodec.Encode(command);
            return BitConverter.GetBytes((ushort)bytes.Length).Concat(bytes);
        })]);
    }

    [Test]
    public void Encode_OfANodeWithAKey_KeepsItsBytes() => Golden.Check("control-join-node-v1.bin", ControlCommandCodec.Encode(new AddNode(
        new UInt128(1, 2), default, new RegionId(3), "a:7601", "https://a:7600", ReplicaKind.Voter, Enumerable.Range(0, 32).Select(at => (byte)at).ToArray())));

    [Test]
    public void Decode_TargetWithAnotherSpellingOfItsPartitionKey_IsCorrupt()
    {
        byte[] spaced = new CommandWriter().WriteByte((byte)ControlCommandKind.CreatePermission).WriteByte(1)
            .WriteText("shop").WriteText("ann").WriteText("p").WriteByte(1).WriteText("dbs/shop/colls/c").WriteText("[ 1]").ToArray();

        Assert.That(ControlCommandCodec.Decode(spaced).Error?.Code, Is.EqualTo(ErrorCode.Corrupt));
    }
}
