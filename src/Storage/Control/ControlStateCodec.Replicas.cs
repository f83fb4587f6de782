using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Storage.Control;

/// <content>The applied replica set.</content>
internal static partial class ControlStateCodec
{
    private static void AddReplicaSet(CommandWriter payload, LoggedReplicaSet? logged)
    {
        if (logged is { } applied)
        {
            Add(payload, ControlRecordKind.ReplicaSet, new CommandWriter()
                .WriteUInt64(applied.Index.Value).WriteRaw(ReplicaSetCodec.Encode(applied.Set)));
        }
    }

    private static bool TryReadReplicaSet(ref CommandReader reader, ControlStateBuilder builder)
    {
        var index = new LogIndex(reader.ReadUInt64());
        Result<ReplicaSet> set = ReplicaSetCodec.Decode(reader.ReadRaw(reader.Remaining));
        return index != default && set.IsOk && builder.TryAdd(new LoggedReplicaSet(index, set.Value));
    }
}
