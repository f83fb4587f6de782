namespace Nacre.Simulation.Tests.Nodes;

/// <summary>A replica's durable checkpoints: the last two.</summary>
internal sealed class Checkpoints
{
    public MachineState? Newest { get; private set; }

    public MachineState? Older { get; private set; }

    public void Add(MachineState state) => (Newest, Older) = (state, Newest);
}
