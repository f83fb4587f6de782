using System.Buffers.Binary;

namespace Nacre.Simulation.Tests.Cluster;

/// <summary>A write as an entry carries it.</summary>
/// <param name="Client">Who writes.</param>
/// <param name="Sequence">The idempotency key: rises with each of the client's writes, the same in all repetitions of one.</param>
/// <param name="Key">Which cell; lists are from <see cref="Machine.FirstList"/>.</param>
/// <param name="Expected">The version that a register must have.</param>
/// <param name="Value">What is written, or added to the list.</param>
internal readonly record struct Command(int Client, ulong Sequence, int Key, ulong Expected, ulong Value)
{
    public byte[] Encode()
    {
        byte[] bytes = new byte[33];
        bytes[0] = EntryForm.Command;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), Client);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(5), Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(13), Key);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(17), Expected);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(25), Value);
        return bytes;
    }

    public static Command Decode(ReadOnlySpan<byte> entry) => new(
        BinaryPrimitives.ReadInt32LittleEndian(entry[1..]),
        BinaryPrimitives.ReadUInt64LittleEndian(entry[5..]),
        BinaryPrimitives.ReadInt32LittleEndian(entry[13..]),
        BinaryPrimitives.ReadUInt64LittleEndian(entry[17..]),
        BinaryPrimitives.ReadUInt64LittleEndian(entry[25..]));
}
