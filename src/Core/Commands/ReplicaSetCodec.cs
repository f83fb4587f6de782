using System.Collections.Immutable;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Core.Commands;

/// <summary>Replica sets as bytes. Layout in <c>docs/formats/entry.md</c>.</summary>
public static class ReplicaSetCodec
{
    /// <summary>Version of the layout, its first byte.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Encodes a set.</summary>
    public static byte[] Encode(ReplicaSet set)
    {
        CommandWriter writer = new CommandWriter()
            .WriteByte(FormatVersion).WriteByte(checked((byte)set.Members.Length))
            .WriteUInt32(set.Generation.Value).WriteUInt64(set.LastGiven.Value);
        foreach (Replica member in set.Members)
        {
            writer.WriteUInt64(member.Id.Value).WriteUInt32(member.Node.Value).WriteByte((byte)member.Kind);
        }

        return writer.ToArray();
    }

    /// <summary>Reads a set.</summary>
    /// <param name="bytes">Any bytes.</param>
    /// <returns>Unsupported for a version not known here, Corrupt for anything else that <see cref="Encode"/> does not give.</returns>
    public static Result<ReplicaSet> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CommandReader(bytes);
        byte version = reader.ReadByte();
        if (!reader.Failed && version != FormatVersion)
        {
            return new NacreError(ErrorCode.Unsupported,
                $"A replica set has version {version}; this program knows {FormatVersion}.");
        }

        int count = reader.ReadByte();
        var generation = new ReplicaSetGeneration(reader.ReadUInt32());
        var lastGiven = new ReplicaId(reader.ReadUInt64());
        ImmutableArray<Replica>.Builder members = ImmutableArray.CreateBuilder<Replica>(ReplicaSet.MaxMembers);
        bool isValid = count <= ReplicaSet.MaxMembers;
        ReplicaId before = default;
        for (int at = 0; at < count && isValid; at++)
        {
            var member = new Replica(
                new ReplicaId(reader.ReadUInt64()), new NodeId(reader.ReadUInt32()), (ReplicaKind)reader.ReadByte());
            isValid = member.Id > before && member.Id <= lastGiven &&
                member.Kind is (ReplicaKind.Voter or ReplicaKind.Learner);
            before = member.Id;
            members.Add(member);
        }

        return isValid && reader.IsAtEnd
            ? new ReplicaSet(generation, lastGiven, members.ToImmutable())
            : new NacreError(ErrorCode.Corrupt, "A replica set cannot be read.");
    }
}
