using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Ids;

namespace Nacre.Storage.Control;

/// <summary>All that the control shard's state machine remembers, at one point of its log. Immutable: a checkpoint is a reference.</summary>
internal sealed record ControlState
{
    /// <summary>Before the first entry.</summary>
    public static ControlState Empty { get; } = new();

    /// <summary>The catalogue; its <see cref="Core.Control.Catalog.Applied"/> is the state's.</summary>
    public Catalog Catalog { get; init; } = Catalog.Empty;

    /// <summary>The id that the next database gets.</summary>
    public ulong NextDatabase { get; init; } = 1;

    /// <summary>The id that the next container gets.</summary>
    public ulong NextContainer { get; init; } = 1;

    /// <summary>The id that the next range gets.</summary>
    public ulong NextRange { get; init; } = 1;

    /// <summary>The sequence of the last command.</summary>
    public Sequence Sequence { get; init; }

    /// <summary>The leader's time in the last entry.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Running hash over all entries and outcomes.</summary>
    public ulong Hash { get; init; }

    /// <summary>The replica set of the last configuration entry; null before the first.</summary>
    public LoggedReplicaSet? ReplicaSet { get; init; }

    /// <summary>Outcomes remembered for idempotency.</summary>
    public OutcomeTable Outcomes { get; init; } = OutcomeTable.Empty;
}
