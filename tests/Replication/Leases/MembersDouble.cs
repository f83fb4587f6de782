using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Ids;

namespace Nacre.Replication.Tests.Leases;

/// <summary>A catalogue that names nodes, and nothing else.</summary>
internal sealed class MembersDouble : ICatalogReader
{
    public Catalog Current { get; private set; } = Catalog.Empty;

    /// <summary>Sets the states of node 1 and those behind it, as of the next entry.</summary>
    public void Set(params ReadOnlySpan<ClusterNodeState> states)
    {
        Current = Catalog.Empty with { Applied = new LogIndex(Current.Applied.Value + 1) };
        foreach (ClusterNodeState state in states)
        {
            var id = new NodeId((uint)Current.Nodes.Length + 1);
            var node = new ClusterNode(id, new RegionId(1), $"n{id}:1", $"https://n{id}:2", state, ReplicaKind.Voter, default, default);
            Current = Current with { Nodes = Current.Nodes.Add(node) };
        }
    }
}
