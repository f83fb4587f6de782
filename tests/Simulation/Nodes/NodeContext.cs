namespace Nacre.Simulation.Tests.Nodes;

/// <summary>Brings what goes on in a node's process back to it: while the process is stopped, nothing does.</summary>
internal sealed class NodeContext(NodeWorld world, Node node) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => world.After(0, () => node.Run(() => d(state)));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nobody waits here.");

    public override SynchronizationContext CreateCopy() => this;
}
