using Nacre.Replication;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>Runs a node's loops as events, and looks at what became of its replicas: it is in these loops that they change.</summary>
internal sealed class NodeScheduler(NodeWorld world, Node node) : IReplicaScheduler
{
    public void Schedule(IThreadPoolWorkItem work) => world.After(world.Random.Next(20), () => node.RunAndLook(work.Execute));
}
