using System.Collections.Immutable;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>A shard's state: a few registers, each with a version, and what each client was last answered.</summary>
internal sealed record MachineState
{
    public LogIndex Applied { get; init; }

    public Sequence Sequence { get; init; }

    public DateTimeOffset Time { get; init; }

    public ulong Hash { get; init; }

    public LoggedReplicaSet? Set { get; init; }

    public ImmutableDictionary<byte, ulong> Versions { get; init; } = ImmutableDictionary<byte, ulong>.Empty;

    public ImmutableDictionary<ulong, (ulong Sequence, CommandOutcome Outcome)> Answered { get; init; } =
        ImmutableDictionary<ulong, (ulong Sequence, CommandOutcome Outcome)>.Empty;
}
