using System.Collections.Immutable;
using Nacre.Core.Ids;
using Nacre.Protocol.Node.V1;
using Nacre.Replication;
using Nacre.Replication.Membership;
using Nacre.Server.DataFolder;

namespace Nacre.Server.Peers;

/// <summary>What is remembered of a node as a message, and back.</summary>
internal static class RememberedWire
{
    /// <summary>For the wire; null where there is nothing.</summary>
    public static Remembered? Show(RememberedNode node)
    {
        if (node == RememberedNode.Nothing)
        {
            return null;
        }

        var shown = new Remembered { Starts = node.Starts };
        shown.Shards.AddRange(node.Shards.Select(shard => new RememberedShard
        {
            Shard = shard.Key.Value,
            Term = shard.Value.Term.Value,
            Index = shard.Value.Index.Value,
            LedTerm = shard.Value.LedTerm.Value,
            Acknowledged = shard.Value.Acknowledged.Value,
        }));
        return shown;
    }

    /// <summary>From the wire.</summary>
    public static RememberedNode Read(Remembered? shown) => shown is null
        ? RememberedNode.Nothing
        : new RememberedNode(
            shown.Starts,
            shown.Shards.DistinctBy(shard => shard.Shard).ToImmutableSortedDictionary(
                shard => new ShardId(shard.Shard),
                shard => new DurableMark(new Term(shard.Term), new LogIndex(shard.Index), new Term(shard.LedTerm), new LogIndex(shard.Acknowledged))));

    /// <summary>What a node says of itself.</summary>
    public static RememberedNode Of(ulong starts, IEnumerable<ReplicaStatus> statuses) => new(
        starts,
        statuses.Where(status => status.Durable != default).ToImmutableSortedDictionary(status => status.Shard, status => status.Durable));
}
