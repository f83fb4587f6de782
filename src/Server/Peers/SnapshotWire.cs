using System.Collections.Immutable;
using Google.Protobuf;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Protocol.Node.V1;
using Nacre.Replication.Snapshots;
using Nacre.Replication.Transport;

namespace Nacre.Server.Peers;

/// <summary>Descriptions of snapshots as messages, and back: what comes is held against what can be.</summary>
internal static class SnapshotWire
{
    private const int MaxFiles = 65_536;

    /// <summary>An id of a message; 0 where there is none.</summary>
    public static UInt128 IdOf(SnapshotId? id) => id is null ? default : new UInt128(id.High, id.Low);

    /// <summary>An id for a message; none for 0.</summary>
    public static SnapshotId? Show(UInt128 id) => id == default ? null : new SnapshotId { High = (ulong)(id >> 64), Low = (ulong)id };

    /// <summary>A description for the wire.</summary>
    public static DescribeSnapshotAnswer Show(SnapshotDescription snapshot)
    {
        SnapshotManifest manifest = snapshot.Manifest;
        var answer = new DescribeSnapshotAnswer
        {
            Id = Show(manifest.Id),
            Shard = manifest.Shard.Value,
            Index = manifest.Index.Value,
            Term = snapshot.Term.Value,
            RunningHash = manifest.RunningHash,
        };
        if (manifest.Set is { } set)
        {
            answer.Set = UnsafeByteOperations.UnsafeWrap(ReplicaSetCodec.Encode(set.Set));
            answer.SetIndex = set.Index.Value;
        }

        foreach (ref readonly Core.StateMachines.SnapshotFile file in manifest.Files.AsSpan())
        {
            answer.Files.Add(new Protocol.Node.V1.SnapshotFile { Name = file.Name, Length = (ulong)file.Length });
        }

        return answer;
    }

    /// <summary>Reads a description.</summary>
    /// <returns>Errors: the refusal that came; Corrupt for what no node says.</returns>
    public static Result<SnapshotDescription> Read(DescribeSnapshotAnswer answer)
    {
        if (answer.Refusal != 0)
        {
            return new NacreError((ErrorCode)answer.Refusal, answer.RefusalMessage);
        }

        LoggedReplicaSet? set = null;
        if (!answer.Set.IsEmpty)
        {
            Result<ReplicaSet> read = ReplicaSetCodec.Decode(answer.Set.Span);
            if (!read.IsOk)
            {
                return read.Error;
            }

            set = new LoggedReplicaSet(new LogIndex(answer.SetIndex), read.Value);
        }

        if (answer.Id is null || answer.Index is 0 or > RaftMessageLimits.MaxNumber || answer.Term is 0 or > RaftMessageLimits.MaxNumber ||
            answer.SetIndex > answer.Index || answer.Files.Count > MaxFiles || answer.Files.Any(file => file.Length > RaftMessageLimits.MaxNumber))
        {
            return new NacreError(ErrorCode.Corrupt, "A description of a snapshot cannot be read.");
        }

        ImmutableArray<Core.StateMachines.SnapshotFile> files =
            [.. answer.Files.Select(file => new Core.StateMachines.SnapshotFile(file.Name, (long)file.Length))];
        return new SnapshotDescription(
            new SnapshotManifest(
                IdOf(answer.Id), new ShardId(answer.Shard), new LogIndex(answer.Index), set, answer.RunningHash, files),
            new Term(answer.Term));
    }
}
