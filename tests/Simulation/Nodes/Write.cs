using System.Buffers.Binary;
using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>A client's write: the next version of a register, perhaps only if it still has the version that the client saw.</summary>
/// <param name="Id">Names it among all of a run.</param>
/// <param name="Register">The register.</param>
/// <param name="IfVersion">The version that it must have; <see cref="Any"/> for any.</param>
internal readonly record struct Write(ulong Id, byte Register, ulong IfVersion)
{
    public const ulong Any = ulong.MaxValue;

    public byte[] Encode()
    {
        byte[] command = new byte[17 + (int)(Id % 150)];
        command[0] = Register;
        BinaryPrimitives.WriteUInt64LittleEndian(command.AsSpan(1), Id);
        BinaryPrimitives.WriteUInt64LittleEndian(command.AsSpan(9), IfVersion);
        return command;
    }

    public static Write Decode(ReadOnlySpan<byte> command) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(command[1..]), command[0], BinaryPrimitives.ReadUInt64LittleEndian(command[9..]));

    public EntryHeader Header(ulong client, ulong sequence) => new()
    {
        Kind = EntryKind.Data,
        Operations = 1,
        Idempotency = new IdempotencyKey(new ClientId(client), sequence, sequence, new RequestHash(Id + 1)),
    };
}
