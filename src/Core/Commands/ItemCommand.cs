using System.Buffers.Binary;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Core.Commands;

/// <summary>
/// Operations on items of one logical partition, which take effect all or none, in order. Layout in
/// <c>docs/formats/entry.md</c>.
/// </summary>
public static class ItemCommand
{
    /// <summary>Most operations in a command.</summary>
    public const int MaxOperations = 100;

    /// <summary>Most bytes of bodies in a command.</summary>
    public const int MaxBodyBytes = DocumentLimits.MaxDocumentBytes;

    private const int PrefixBytes = 4;
    private const int OperationBytes = 16;

    /// <summary>Encoded size.</summary>
    public static int SizeOf(ReadOnlySpan<ItemOperation> operations)
    {
        int size = PrefixBytes;
        foreach (ref readonly ItemOperation operation in operations)
        {
            size += OperationBytes + operation.Key.Length + operation.Body.Length;
        }

        return size;
    }

    /// <summary>Encodes a command.</summary>
    /// <param name="operations">1 to <see cref="MaxOperations"/>, within the limits.</param>
    /// <param name="destination">At least <see cref="SizeOf"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(ReadOnlySpan<ItemOperation> operations, Span<byte> destination)
    {
        Invariant.Check(operations.Length is > 0 and <= MaxOperations);
        destination[0] = (byte)CommandKind.Items;
        destination[1] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], (ushort)operations.Length);
        int at = PrefixBytes;
        foreach (ref readonly ItemOperation operation in operations)
        {
            Invariant.Check(operation.Key.Length <= ItemKey.MaxBytes);
            Invariant.Check(operation.Body.Length <= MaxBodyBytes);
            Span<byte> fixedPart = destination.Slice(at, OperationBytes);
            fixedPart[0] = (byte)operation.Kind;
            fixedPart[1] = (byte)operation.Precondition.Kind;
            BinaryPrimitives.WriteUInt16LittleEndian(fixedPart[2..], (ushort)operation.Key.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(fixedPart[4..], (uint)operation.Body.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(fixedPart[8..], operation.Precondition.Lsn.Value);
            at += OperationBytes;
            operation.Key.Span.CopyTo(destination[at..]);
            at += operation.Key.Length;
            operation.Body.Span.CopyTo(destination[at..]);
            at += operation.Body.Length;
        }

        return at;
    }

    /// <summary>Reads and checks a whole command.</summary>
    /// <param name="command">Any bytes; the operations refer to them.</param>
    /// <param name="operations">Room for <see cref="MaxOperations"/>.</param>
    /// <param name="count">Operations read.</param>
    /// <returns>Null, or Corrupt and why.</returns>
    public static NacreError? Read(ReadOnlyMemory<byte> command, Span<ItemOperation> operations, out int count)
    {
        count = 0;
        ReadOnlySpan<byte> bytes = command.Span;
        if (bytes.Length < PrefixBytes || bytes[0] != (byte)CommandKind.Items || bytes[1] != 0)
        {
            return Corrupt("it does not begin as one");
        }

        int declared = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        if (declared is 0 or > MaxOperations)
        {
            return Corrupt("the number of operations is out of range");
        }

        int at = PrefixBytes;
        for (; count < declared; count++)
        {
            if (bytes.Length - at < OperationBytes)
            {
                return Corrupt("it ends within an operation");
            }

            ReadOnlySpan<byte> fixedPart = bytes.Slice(at, OperationBytes);
            var kind = (ItemOperationKind)fixedPart[0];
            var condition = (PreconditionKind)fixedPart[1];
            int keyLength = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[2..]);
            uint bodyLength = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[4..]);
            ulong lsn = BinaryPrimitives.ReadUInt64LittleEndian(fixedPart[8..]);
            at += OperationBytes;
            if (kind is < ItemOperationKind.Create or > ItemOperationKind.Delete ||
                condition > PreconditionKind.IfPresent ||
                (condition != PreconditionKind.IfMatch && lsn != 0) ||
                keyLength is 0 or > ItemKey.MaxBytes ||
                bodyLength > MaxBodyBytes ||
                (kind == ItemOperationKind.Delete) != (bodyLength == 0))
            {
                return Corrupt("an operation has values that no writer gives");
            }

            if (bytes.Length - at < keyLength + (int)bodyLength)
            {
                return Corrupt("it ends within an operation");
            }

            operations[count] = new ItemOperation(
                kind,
                new Precondition(condition, new Lsn(lsn)),
                command.Slice(at, keyLength),
                command.Slice(at + keyLength, (int)bodyLength));
            at += keyLength + (int)bodyLength;
        }

        return at == bytes.Length ? null : Corrupt("bytes follow its last operation");
    }

    private static NacreError Corrupt(string why) => new(ErrorCode.Corrupt, $"An item command cannot be read: {why}.");
}
