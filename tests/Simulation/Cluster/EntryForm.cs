using System.Buffers.Binary;
using System.Collections.Immutable;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Simulation.Tests.Cluster;

/// <summary>The bytes of the core's own entries; the first says what an entry is.</summary>
internal sealed class EntryForm(SimReplica replica) : IRaftEntries
{
    public const byte Opens = 1;
    public const byte Changes = 2;
    public const byte Command = 3;

    public ReadOnlyMemory<byte> Opening()
    {
        byte[] bytes = new byte[17];
        bytes[0] = Opens;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(1), replica.Core.Term.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(9), replica.Id.Value);
        return bytes;
    }

    public ReadOnlyMemory<byte> Configuration(ReplicaSet set)
    {
        if (replica.World.Bug == Bug.TwoChangesAtOnce && set.Voters > 2)
        {
            Replica last = set.Members.Last(member => member.Kind == ReplicaKind.Voter);
            set = new ReplicaSet(set.Generation, set.LastGiven, set.Members.Replace(last, last with { Kind = ReplicaKind.Learner }));
        }

        byte[] bytes = new byte[13 + (13 * set.Members.Length)];
        bytes[0] = Changes;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(1), (uint)set.Generation.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(5), set.LastGiven.Value);
        int at = 13;
        foreach (Replica member in set.Members)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), member.Id.Value);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 8), member.Node.Value);
            bytes[at + 12] = (byte)member.Kind;
            at += 13;
        }

        return bytes;
    }

    public bool IsConfiguration(ReadOnlySpan<byte> entry) => entry[0] == Changes &&
        !(replica.World.Bug == Bug.ChangeNotAdopted && replica.Core.Role == RaftRole.Follower);

    public ReplicaSet? ReadConfiguration(ReadOnlyMemory<byte> entry) => Read(entry.Span);

    public static ReplicaSet Read(ReadOnlySpan<byte> entry)
    {
        ImmutableArray<Replica>.Builder members = ImmutableArray.CreateBuilder<Replica>();
        for (int at = 13; at < entry.Length; at += 13)
        {
            members.Add(new Replica(
                new ReplicaId(BinaryPrimitives.ReadUInt64LittleEndian(entry[at..])),
                new NodeId(BinaryPrimitives.ReadUInt32LittleEndian(entry[(at + 8)..])),
                (ReplicaKind)entry[at + 12]));
        }

        return new ReplicaSet(
            new ReplicaSetGeneration(BinaryPrimitives.ReadUInt32LittleEndian(entry[1..])),
            new ReplicaId(BinaryPrimitives.ReadUInt64LittleEndian(entry[5..])),
            members.ToImmutable());
    }
}
