namespace Nacre.Simulation.Tests.Nodes;

/// <summary>A replica's durable checkpoints: the last two.</summary>
internal sealed class Checkpoints
{
    public MachineState? Newest { get; private set; }

    public MachineState? Older { get; private set; }

    /// <summary>A snapshot took the place of both.</summary>
    public void Replace(MachineState state) => (Newest, Older) = (state, null);

    public void Add(MachineState state) => (Newest, Older) = (state, Newest);
}
