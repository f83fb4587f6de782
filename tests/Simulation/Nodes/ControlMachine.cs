using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Storage.Control;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>The product's control shard, looked at after each entry.</summary>
internal sealed class ControlMachine : ISimulatedMachine
{
    private readonly Replica _replica;
    private readonly Rules _rules;
    private readonly NodeCatalog _catalog;
    private readonly ControlStateMachine _machine;

    public ControlMachine(Replica replica, Rules rules, NodeCatalog catalog, ControlStateMachine machine)
    {
        (_replica, _rules, _catalog, _machine) = (replica, rules, catalog, machine);
        catalog.Turn(machine.Current);
    }

    public bool IsDead { get; set; }

    public LogIndex Applied => _machine.Applied;

    public Sequence AppliedSequence => _machine.AppliedSequence;

    public DateTimeOffset AppliedTime => _machine.AppliedTime;

    public bool HasRoom => _machine.HasRoom;

    public ulong RunningHash => _machine.RunningHash;

    public bool KeepsReplicaSet => _machine.KeepsReplicaSet;

    public LoggedReplicaSet? AppliedSet => _machine.AppliedSet;

    public void Apply(ReadOnlySpan<LogRecord> records, Span<CommandOutcome> outcomes)
    {
        for (int at = 0; at < records.Length; at++)
        {
            _machine.Apply(records.Slice(at, 1), outcomes.Slice(at, 1));
            _rules.Apply(_replica, records[at], default, _machine.RunningHash);
        }

        _catalog.Turn(_machine.Current);
    }

    public Task<LogIndex> BeginCheckpoint() => _machine.BeginCheckpoint();

    public bool Maintain() => _machine.Maintain();

    public ValueTask DisposeAsync() => _machine.DisposeAsync();
}
