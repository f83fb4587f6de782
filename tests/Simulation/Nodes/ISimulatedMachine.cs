using Nacre.Core.StateMachines;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>A state machine that is told when its node crashed.</summary>
internal interface ISimulatedMachine : IStateMachine
{
    /// <summary>The node crashed: checkpoints under way come to nothing.</summary>
    bool IsDead { get; set; }
}
