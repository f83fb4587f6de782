using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <content>Nodes and join tokens.</content>
public static partial class ControlCommandCodec
{
    /// <summary>Reads a time: UTC ticks. False for a number that is none.</summary>
    public static bool TryReadTime(ref CommandReader reader, out DateTimeOffset time)
    {
        ulong ticks = reader.ReadUInt64();
        bool isTime = ticks <= (ulong)DateTimeOffset.MaxValue.Ticks;
        time = isTime ? new DateTimeOffset((long)ticks, TimeSpan.Zero) : default;
        return isTime;
    }

    private static void WriteNodes(CommandWriter writer, ControlCommand command)
    {
        switch (command)
        {
            case CreateJoinToken create:
                writer.WriteUInt128(create.Id).WriteBytes(create.SecretHash.Span).WriteUInt64((ulong)create.Expires.UtcTicks);
                break;
            case RemoveJoinToken remove:
                writer.WriteUInt128(remove.Id);
                break;
            case AddNode add:
                writer.WriteUInt128(add.Token).WriteUInt32(add.Node.Value).WriteUInt32(add.Region.Value)
                    .WriteText(add.PeerEndpoint).WriteText(add.ClientEndpoint).WriteByte((byte)add.Replicas);
                if (add.Kind == ControlCommandKind.JoinNode)
                {
                    writer.WriteBytes(add.KeyHash.Span);
                }

                break;
            case SetNode set:
                writer.WriteUInt32(set.Node.Value).WriteText(set.PeerEndpoint).WriteText(set.ClientEndpoint)
                    .WriteByte((byte)set.State).WriteByte((byte)set.Replicas).WriteUInt64(set.Expected.Value);
                break;
            default:
                throw new InvariantViolationException($"unknown control command {command.Kind}");
        }
    }

    private static ControlCommand? ReadNodes(ControlCommandKind kind, ref CommandReader reader)
    {
        switch (kind)
        {
            case ControlCommandKind.CreateJoinToken:
                UInt128 id = reader.ReadUInt128();
                byte[] hash = reader.ReadBytes().ToArray();
                return TryReadTime(ref reader, out DateTimeOffset expires) ? new CreateJoinToken(id, hash, expires) : null;
            case ControlCommandKind.RemoveJoinToken:
                return new RemoveJoinToken(reader.ReadUInt128());
            case ControlCommandKind.AddNode or ControlCommandKind.JoinNode:
                var add = new AddNode(
                    reader.ReadUInt128(), new NodeId(reader.ReadUInt32()), new RegionId(reader.ReadUInt32()),
                    ReadText(ref reader), ReadText(ref reader), (ReplicaKind)reader.ReadByte());
                if (kind == ControlCommandKind.AddNode)
                {
                    return add;
                }

                byte[] key = reader.ReadBytes().ToArray();
                return key.Length > 0 ? add with { KeyHash = key } : null;
            default:
                return new SetNode(
                    new NodeId(reader.ReadUInt32()), ReadText(ref reader), ReadText(ref reader),
                    (ClusterNodeState)reader.ReadByte(), (ReplicaKind)reader.ReadByte(), new Sequence(reader.ReadUInt64()));
        }
    }
}
