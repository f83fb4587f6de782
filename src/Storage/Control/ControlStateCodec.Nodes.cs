using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Ids;

namespace Nacre.Storage.Control;

/// <content>Nodes and join tokens.</content>
internal static partial class ControlStateCodec
{
    private static void AddNodes(CommandWriter payload, Catalog catalog)
    {
        foreach (ClusterNode node in catalog.Nodes)
        {
            Add(payload, ControlRecordKind.ClusterNode, new CommandWriter()
                .WriteUInt32(node.Id.Value).WriteUInt32(node.Region.Value).WriteText(node.PeerEndpoint).WriteText(node.ClientEndpoint)
                .WriteByte((byte)node.State).WriteByte((byte)node.Kind)
                .WriteUInt64((ulong)node.Created.UtcTicks).WriteUInt64(node.Version.Value));
        }

        foreach (JoinTokenRecord token in catalog.JoinTokens)
        {
            CommandWriter record = new CommandWriter()
                .WriteUInt128(token.Id).WriteBytes(token.SecretHash.Span)
                .WriteUInt64((ulong)token.Expires.UtcTicks).WriteUInt64(token.Version.Value);
            Add(payload, ControlRecordKind.JoinToken, token.IsUsed ? record.WriteUInt32(token.UsedBy.Value).WriteBytes(token.KeyHash.Span) : record);
        }
    }

    private static bool TryReadNode(ref CommandReader reader, ControlStateBuilder builder)
    {
        var id = new NodeId(reader.ReadUInt32());
        var region = new RegionId(reader.ReadUInt32());
        string peer = ControlCommandCodec.ReadText(ref reader);
        string client = ControlCommandCodec.ReadText(ref reader);
        var state = (ClusterNodeState)reader.ReadByte();
        var kind = (ReplicaKind)reader.ReadByte();
        return TryReadTime(ref reader, out DateTimeOffset created) &&
            builder.TryAdd(new ClusterNode(id, region, peer, client, state, kind, created, new Sequence(reader.ReadUInt64())));
    }

    private static bool TryReadJoinToken(ref CommandReader reader, ControlStateBuilder builder)
    {
        UInt128 id = reader.ReadUInt128();
        byte[] hash = reader.ReadBytes().ToArray();
        if (!TryReadTime(ref reader, out DateTimeOffset expires))
        {
            return false;
        }

        var token = new JoinTokenRecord(id, hash, expires, new Sequence(reader.ReadUInt64()));
        if (reader.IsAtEnd)
        {
            return builder.TryAdd(token);
        }

        token = token with { UsedBy = new NodeId(reader.ReadUInt32()), KeyHash = reader.ReadBytes().ToArray() };
        return token.IsUsed && builder.TryAdd(token);
    }
}
