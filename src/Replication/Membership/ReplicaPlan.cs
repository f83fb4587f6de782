using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Membership;

/// <summary>From a shard's replica set towards what the catalogue wants, one change at a time. Every node has one replica of each shard, with the node's own number.</summary>
public static class ReplicaPlan
{
    /// <summary>The replica of a node: node ids are never given again, and neither are replica ids.</summary>
    public static ReplicaId ReplicaOf(NodeId node) => new(node.Value);

    /// <summary>The next change of a shard's replica set.</summary>
    /// <param name="set">The set in force.</param>
    /// <param name="nodes">The catalogue's, rising by id.</param>
    /// <param name="isCaughtUp">Whether a replica lacks so little that it may vote.</param>
    /// <returns>
    /// Null when there is nothing to do now. Who leaves goes first; learners become voters so that the number of voters is
    /// odd again right after, since an even number stands no more failures than one less: a single learner waits for
    /// another, unless the voters are even already or no other is to come.
    /// </returns>
    public static ReplicaSetChange? Next(ReplicaSet set, IReadOnlyList<ClusterNode> nodes, Func<ReplicaId, bool> isCaughtUp)
    {
        foreach (Replica member in set.Members)
        {
            if (nodes.Any(node => node.Id == member.Node && node.State == ClusterNodeState.Removed))
            {
                return ReplicaSetChange.Remove(member.Id);
            }
        }

        foreach (ClusterNode node in nodes)
        {
            if (node.State != ClusterNodeState.Removed && ReplicaOf(node.Id) > set.LastGiven)
            {
                return ReplicaSetChange.AddLearner(ReplicaOf(node.Id), node.Id);
            }
        }

        List<ReplicaId> wanted = [.. Members(set, nodes, ReplicaKind.Learner, ReplicaKind.Voter)];
        List<ReplicaId> ready = [.. wanted.Where(isCaughtUp)];
        if (ready.Count > 0 && (set.Voters % 2 == 0 || ready.Count > 1 || wanted.Count == 1))
        {
            return ReplicaSetChange.Promote(ready[0]);
        }

        List<ReplicaId> unwanted = [.. Members(set, nodes, ReplicaKind.Voter, ReplicaKind.Learner)];
        return unwanted.Count > 0 && set.Voters > 1 ? ReplicaSetChange.Demote(unwanted[0]) : null;
    }

    /// <summary>The nodes that are to get votes next, so that all shards have an odd number of voters.</summary>
    /// <param name="nodes">The catalogue's, rising by id.</param>
    /// <param name="most">Voters that a shard is given without being told to: 1 or more, odd.</param>
    /// <returns>None when there is nothing to do: a pair of learners, or one where the voters are even.</returns>
    public static IReadOnlyList<ClusterNode> NextVoters(IReadOnlyList<ClusterNode> nodes, int most)
    {
        int voters = nodes.Count(node => node is { State: not ClusterNodeState.Removed, Kind: ReplicaKind.Voter });
        IEnumerable<ClusterNode> learners = nodes.Where(node => node is { State: ClusterNodeState.Active, Kind: ReplicaKind.Learner });
        int count = voters % 2 == 0 ? 1 : 2;
        List<ClusterNode> next = [.. learners.Take(count)];
        return next.Count == count && voters + count <= most ? next : [];
    }

    /// <summary>The node that should lead a shard, so that the shards' leaders are spread evenly.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="nodes">The catalogue's, rising by id.</param>
    /// <returns>0 when no active node votes.</returns>
    public static NodeId PreferredLeader(ShardId shard, IReadOnlyList<ClusterNode> nodes)
    {
        List<ClusterNode> candidates = [.. nodes.Where(node => node is { State: ClusterNodeState.Active, Kind: ReplicaKind.Voter })];
        return candidates.Count == 0 ? default : candidates[(int)(shard.Value % (uint)candidates.Count)].Id;
    }

    private static IEnumerable<ReplicaId> Members(ReplicaSet set, IReadOnlyList<ClusterNode> nodes, ReplicaKind isNow, ReplicaKind isToBe) =>
        from member in set.Members
        join node in nodes on member.Node equals node.Id
        where member.Kind == isNow && node.Kind == isToBe && node.State != ClusterNodeState.Removed
        select member.Id;
}
