using CsCheck;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Tests.Support;

namespace Nacre.Core.Tests.Commands;

[TestFixture]
public sealed class ItemCommandTests
{
    private static readonly Gen<Precondition> GenPrecondition = Gen.OneOf(
        Gen.OneOf(Precondition.None, Precondition.IfAbsent, Precondition.IfPresent),
        Gen.ULong.Select(lsn => Precondition.IfMatch(new Lsn(lsn))));

    private static readonly Gen<ItemOperation> GenOperation = Gen.Select(
        Gen.Enum<ItemOperationKind>(), GenPrecondition, Generators.Key, Generators.Id, Gen.Byte.Array[1, 20],
        (kind, condition, key, id, body) => new ItemOperation(
            kind, condition, ItemKey.Encode(key, id), kind == ItemOperationKind.Delete ? Array.Empty<byte>() : body));

    [Test]
    public void Read_WhatWriteGives_IsTheSame() => GenOperation.Array[1, 10].Sample(operations =>
    {
        byte[] command = Encode(operations);
        var read = new ItemOperation[ItemCommand.MaxOperations];

        Assert.That(ItemCommand.Read(command, read, out int count), Is.Null);
        Assert.That(Encode(read[..count]), Is.EqualTo(command));
        Assert.That(count, Is.EqualTo(operations.Length));
    });

    [Test]
    public void Read_AlteredBytes_IsCorruptOrAnotherCommand() =>
        Gen.Select(GenOperation.Array[1, 3], Gen.Int[0, 200], Gen.Byte, Gen.Int[0, 3]).Sample((operations, at, value, cut) =>
        {
            byte[] command = Encode(operations);
            command[at % command.Length] = value;
            command = command[..^cut];
            var read = new ItemOperation[ItemCommand.MaxOperations];
            if (ItemCommand.Read(command, read, out int count) is { } error)
            {
                Assert.That(error.Code, Is.EqualTo(ErrorCode.Corrupt));
            }
            else
            {
                Assert.That(Encode(read[..count]), Is.EqualTo(command));
            }
        }, iter: 2000);

    [Test]
    public void Read_Noise_NeverThrows() => Gen.Byte.Array[0, 60].Sample(bytes =>
        ItemCommand.Read(bytes, new ItemOperation[ItemCommand.MaxOperations], out _) is null or { Code: ErrorCode.Corrupt }, iter: 2000);

    [Test]
    public void Write_MostOperations_AndNoMore()
    {
        var operation = new ItemOperation(ItemOperationKind.Delete, Precondition.None, new byte[] { 1 }, default);
        ItemOperation[] most = [.. Enumerable.Repeat(operation, ItemCommand.MaxOperations)];

        Assert.That(ItemCommand.Read(Encode(most), new ItemOperation[ItemCommand.MaxOperations], out _), Is.Null);
        Assert.That(() => Encode([.. most, operation]), Throws.InstanceOf<InvariantViolationException>());
        Assert.That(() => Encode([]), Throws.InstanceOf<InvariantViolationException>());
    }

    [Test]
    public void Write_Sample_MatchesGoldenFile()
    {
        var key = new PartitionKey(PartitionKeyValue.Of("a\0b"), PartitionKeyValue.Of(-1.5), PartitionKeyValue.Undefined);
        byte[] command = Encode(
        [
            new(ItemOperationKind.Create, Precondition.None, ItemKey.Encode(key, "one"), """{"id":"one"}"""u8.ToArray()),
            new(ItemOperationKind.Replace, Precondition.IfMatch(new Lsn(258)), ItemKey.Encode(key, "two"), """{"id":"two"}"""u8.ToArray()),
            new(ItemOperationKind.Delete, Precondition.IfPresent, ItemKey.Encode(key, "three"), default),
        ]);

        Golden.Check("item-command-v1.bin", command);
    }

    private static byte[] Encode(ItemOperation[] operations)
    {
        byte[] command = new byte[ItemCommand.SizeOf(operations)];
        Assert.That(ItemCommand.Write(operations, command), Is.EqualTo(command.Length));
        return command;
    }
}
