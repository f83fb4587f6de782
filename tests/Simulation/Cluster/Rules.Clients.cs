using Nacre.Core.Commands;
using Nacre.Core.Log;
using Nacre.Simulation.Tests.Engine;

namespace Nacre.Simulation.Tests.Cluster;

/// <content>
/// What clients were told. Every write gives its cell the next version, so linearizability is two comparisons: an answer's
/// version is not below any that was told before its question, and holds what that version holds.
/// </content>
internal sealed partial class Rules
{
    private readonly Dictionary<(int Client, ulong Sequence), (Outcome Outcome, bool HadEffect)> _outcomes = [];
    private readonly HashSet<(int Client, ulong Sequence)> _denied = [];
    private readonly Dictionary<(int Key, ulong Version), ulong> _values = [];
    private readonly ulong[] _told = new ulong[Machine.Keys];
    private ReplicaSet? _lastSet;

    /// <summary>Committed changes of the replica set.</summary>
    public int Changes { get; private set; }

    /// <summary>The least version that a read that begins now may see.</summary>
    public ulong LowerBound(int key) => _told[key];

    public void ReadAnswered(int key, Cell cell, ulong bound)
    {
        Require(cell.Version >= bound, $"stale read: version {cell.Version} of cell {key}, and {bound} was told before it was asked");
        Require(cell.Version == 0 || (_values.TryGetValue((key, cell.Version), out ulong value) && value == cell.Value),
            $"a read of cell {key} saw what version {cell.Version} never held");
        Told(key, cell.Version);
    }

    public void WriteAnswered(in Command command, in Outcome outcome)
    {
        Require(_outcomes.TryGetValue((command.Client, command.Sequence), out (Outcome Outcome, bool HadEffect) known),
            $"client {command.Client} was told of write {command.Sequence} that was not applied");
        Require(known.Outcome == outcome,
            $"client {command.Client} was told {outcome} of write {command.Sequence}, and it came to {known.Outcome}");
        Told(command.Key, outcome.Version);
    }

    /// <summary>A client was told that nothing happened, and had asked only once.</summary>
    public void Denied(in Command command)
    {
        Require(!_outcomes.ContainsKey((command.Client, command.Sequence)), "a write was denied that was applied");
        _denied.Add((command.Client, command.Sequence));
    }

    /// <summary>After all has healed: the members have one state, and it holds all that anybody was told of.</summary>
    public void Finish(IEnumerable<SimReplica> members)
    {
        foreach (SimReplica member in members)
        {
            Require(member.Machine.Applied.Value >= (ulong)_ledger.Count, $"{member.Id} lacks entries that were applied");
            CheckLedger(member);
            for (int key = 0; key < Machine.Keys; key++)
            {
                Require(member.Machine.Read(key).Version >= _told[key], $"an acknowledged write of cell {key} is lost at {member.Id}");
            }
        }
    }

    private void Told(int key, ulong version) => _told[key] = Math.Max(_told[key], version);

    private void NoteOutcome(in LogRecord record, in Outcome outcome, bool hadEffect)
    {
        if (record.Entry.Span[0] != EntryForm.Command)
        {
            return;
        }

        var command = Command.Decode(record.Entry.Span);
        (int Client, ulong Sequence) key = (command.Client, command.Sequence);
        bool isFirst = _outcomes.TryAdd(key, (outcome, hadEffect));
        Require(isFirst || !hadEffect, $"write {command.Sequence} of client {command.Client} was done twice");
        Require(!hadEffect || !_denied.Contains(key), $"write {command.Sequence} of client {command.Client} was denied, and done");
        if (hadEffect)
        {
            ulong before = _values.GetValueOrDefault((command.Key, outcome.Version - 1));
            _values[(command.Key, outcome.Version)] =
                command.Key >= Machine.FirstList ? Mixing.Of(before, command.Value) : command.Value;
        }
    }

    /// <summary>One member changes at a time (thesis §4.1).</summary>
    private void NoteSet(ReplicaSet set)
    {
        Changes++;
        if (_lastSet is { } last)
        {
            var before = last.Members.ToHashSet();
            var after = set.Members.ToHashSet();
            int changed = before.Except(after).Concat(after.Except(before)).Select(member => member.Id).Distinct().Count();
            Require(changed == 1, $"more than one member changed at once: {last}, then {set}");
            world.SetChanged(last, set);
        }

        _lastSet = set;
    }

    /// <summary>The set that the shard was made with.</summary>
    public void BeginWith(ReplicaSet initial) => _lastSet = initial;
}
