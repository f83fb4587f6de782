using CsCheck;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Tests.Support;

namespace Nacre.Core.Tests.Control;

[TestFixture]
public sealed class ControlCommandCodecTests
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char[' ', '\ud7ff'], 0, 40];

    private static readonly Gen<Sequence> Version = Gen.ULong.Select(value => new Sequence(value));

    private static readonly Gen<Sequence?> Expected = Gen.Bool.SelectMany(given => given ? Version.Select(version => (Sequence?)version) : Gen.Const((Sequence?)null));

    private static readonly string[] Paths = ["/country", "/address/zip", "/'a/b'/c", "/é"];

    private static readonly Gen<PartitionKeyDefinition> PartitionKey =
        Gen.Int[0, 3].Select(at => Paths[at]).Array[1, 3].Where(paths => paths.Distinct().Count() == paths.Length)
            .Select(paths => PartitionKeyDefinition.Create(paths).Value);

    private static readonly Gen<ControlCommand> Command = Gen.OneOf<ControlCommand>(
        Gen.Select(Gen.ULong, Gen.UInt, (cluster, shards) => (ControlCommand)new CreateCluster(new ClusterId(cluster), shards)),
        Gen.Select(Text, Gen.UInt, (name, domain) => (ControlCommand)new CreateDatabase(name, new KeyDomainId(domain))),
        Gen.Select(Text, Version, (name, version) => (ControlCommand)new DeleteDatabase(name, version)),
        Gen.ULong.Select(id => (ControlCommand)new DatabaseGone(new DatabaseId(id))),
        Gen.Select(Text, Text, PartitionKey, Gen.UInt, (database, name, key, ranges) => (ControlCommand)new CreateContainer(database, name, key, ranges)),
        Gen.ULong.Select(id => (ControlCommand)new ContainerReady(new ContainerId(id))),
        Gen.Select(Text, Text, Version, (database, name, version) => (ControlCommand)new DeleteContainer(database, name, version)),
        Gen.ULong.Select(id => (ControlCommand)new ContainerGone(new ContainerId(id))),
        Gen.Select(Gen.Enum<AccountKeyKind>(), Text, Gen.Byte.Array[0, 60], Expected, (kind, id, key, version) => (ControlCommand)new SetAccountKey(kind, id, key, version)),
        Gen.Select(Text, Text, Gen.Bool, Expected, (name, value, isSet, version) => (ControlCommand)new SetSetting(name, isSet ? value : null, version)),
        Gen.ULong.Select(generation => (ControlCommand)new RecordKeyRingGeneration(generation)));

    [Test]
    public void Decode_OfEncoded_GivesTheCommand() => Command.Sample(command =>
    {
        byte[] bytes = ControlCommandCodec.Encode(command);
        Result<ControlCommand> decoded = ControlCommandCodec.Decode(bytes);
        return decoded.IsOk && decoded.Value.GetType() == command.GetType() &&
            ControlCommandCodec.Encode(decoded.Value).AsSpan().SequenceEqual(bytes);
    });

    [Test]
    public void Decode_OfAnyBytes_RefusesOrGivesTheSameBytesBack() => Gen.Select(Gen.Byte[0, 13], Gen.Byte.Array[0, 40]).Sample((kind, rest) =>
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

    [TestCase(12, 1)]
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
}
