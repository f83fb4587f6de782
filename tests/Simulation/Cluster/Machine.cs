using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Simulation.Tests.Engine;

namespace Nacre.Simulation.Tests.Cluster;

/// <summary>The state machine: registers with compare-and-set, lists, and the idempotency records of clients.</summary>
internal sealed class Machine
{
    // Invariants:
    // - entries are applied one by one, in order;
    // - Hash depends on all entries applied and on what applying each came to;
    // - a client's writes rise in Sequence, and its last one's outcome is remembered.
    public const int FirstList = 4;
    public const int Keys = 6;
    public const int Clients = 8;

    private readonly Cell[] _cells;
    private readonly (ulong Sequence, Outcome Outcome)[] _records;

    public Machine(ReplicaSet initial)
    {
        _cells = new Cell[Keys];
        _records = new (ulong, Outcome)[Clients];
        Set = new LoggedReplicaSet(default, initial);
    }

    private Machine(Machine from, bool withRecords)
    {
        _cells = [.. from._cells];
        _records = withRecords ? [.. from._records] : new (ulong, Outcome)[Clients];
        (Set, Applied, AppliedTerm, Hash) = (from.Set, from.Applied, from.AppliedTerm, from.Hash);
    }

    /// <summary>The replica set in force at <see cref="Applied"/>.</summary>
    public LoggedReplicaSet Set { get; private set; }

    public LogIndex Applied { get; private set; }

    public Term AppliedTerm { get; private set; }

    public ulong Hash { get; private set; }

    public Machine Copy(bool withRecords = true) => new(this, withRecords);

    public Cell Read(int key) => _cells[key];

    /// <summary>Applies an entry.</summary>
    /// <param name="record">The next one; a planted bug may bring another.</param>
    /// <param name="hadEffect">True when a cell was written.</param>
    /// <param name="isRepeated">True when the write was answered from its idempotency record.</param>
    public Outcome Apply(in LogRecord record, out bool hadEffect, out bool isRepeated)
    {
        ReadOnlySpan<byte> entry = record.Entry.Span;
        Outcome outcome = default;
        hadEffect = isRepeated = false;
        switch (entry[0])
        {
            case EntryForm.Changes:
                Set = new LoggedReplicaSet(record.Index, EntryForm.Read(entry));
                break;
            case EntryForm.Command:
                var command = Command.Decode(entry);
                ref (ulong Sequence, Outcome Outcome) known = ref _records[command.Client];
                if (known.Sequence >= command.Sequence)
                {
                    isRepeated = true;
                    outcome = known.Sequence == command.Sequence ? known.Outcome : default;
                    break;
                }

                outcome = Write(command, out hadEffect);
                known = (command.Sequence, outcome);
                break;
        }

        Applied = record.Index;
        AppliedTerm = record.Term;
        Hash = Mixing.Of(Hash, Mixing.Of(entry));
        Hash = Mixing.Of(Hash, outcome.Version + (outcome.IsDone ? 1UL << 63 : 0) + (isRepeated ? 1UL << 62 : 0));
        return outcome;
    }

    private Outcome Write(in Command command, out bool hadEffect)
    {
        ref Cell cell = ref _cells[command.Key];
        hadEffect = command.Key >= FirstList || cell.Version == command.Expected;
        if (hadEffect)
        {
            cell = new Cell(cell.Version + 1, command.Key >= FirstList ? Mixing.Of(cell.Value, command.Value) : command.Value);
        }

        return new Outcome(hadEffect, cell.Version);
    }
}
