using System.Collections.Immutable;
using System.Text;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.Time;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <summary>
/// One replica of a <see cref="RaftCluster"/>: a core, a disk that flushes when it is told, and a state machine that is
/// the list of applied entries. What is not flushed is lost in a crash.
/// </summary>
internal sealed class RaftNode
{
    private readonly RaftOptions _options;
    private readonly IRandomSource _random;
    private readonly Queue<(HardState? HardState, LogRecord[] Records)> _flushing = new();
    private readonly SortedDictionary<ulong, LogRecord> _disk = [];
    private HardState _hardState;
    private LogIndex _base;
    private Term _baseTerm;
    private LogIndex _checkpoint;
    private ReplicaSet _initial;

    public RaftNode(ulong id, ReplicaSet initial, RaftOptions options, IRandomSource random)
    {
        Id = new ReplicaId(id);
        _initial = initial;
        _options = options;
        _random = random;
        Core = Started();
    }

    public ReplicaId Id { get; }

    public RaftCore Core { get; private set; }

    public bool IsUp { get; private set; } = true;

    /// <summary>The applied entries, from the first of the shard's life.</summary>
    public List<(Term Term, string Entry)> State { get; } = [];

    public IEnumerable<string> Entries => State.Select(applied => applied.Entry);

    public LogIndex Applied => new((ulong)State.Count);

    public LogIndex Checkpointed => _checkpoint;

    public HardState DurableHardState => _hardState;

    public int Flushing => _flushing.Count;

    public List<ReadState> ReadStates { get; } = [];

    /// <summary>Bytes that the core may give out to persist at a time; 0 while the log's queue is full.</summary>
    public int MaxPersistBytes { get; set; } = 1 << 20;

    /// <summary>The last entry on the disk.</summary>
    public LogIndex DiskLast => _disk.Count == 0 ? _base : new LogIndex(_disk.Keys.Last());

    /// <summary>The term of a flushed entry; null for one that the disk does not have.</summary>
    public Term? DiskTerm(LogIndex index) =>
        index == _base ? _baseTerm : index < _base ? State[(int)index.Value - 1].Term :
        _disk.TryGetValue(index.Value, out LogRecord record) ? record.Term : null;

    public LogRecord[] Read(LogIndex from, LogIndex through, int maxBytes)
    {
        var read = new List<LogRecord>();
        int bytes = 0;
        for (ulong index = from.Value; index <= through.Value && _disk.TryGetValue(index, out LogRecord record); index++)
        {
            bytes += record.Entry.Length;
            if (bytes > maxBytes && read.Count > 0)
            {
                break;
            }

            read.Add(record);
        }

        return [.. read];
    }

    /// <summary>Takes what the core wants; writes wait for <see cref="Flush"/>, entries are applied at once.</summary>
    public Ready Take()
    {
        Ready ready = Core.TakeReady(MaxPersistBytes);
        if (ready.HasPersist)
        {
            _flushing.Enqueue((ready.HardState, ready.Persist.ToArray()));
        }

        while (Applied < ready.ApplyThrough)
        {
            LogRecord record = _disk[Applied.Value + 1];
            State.Add((record.Term, Encoding.UTF8.GetString(record.Entry.Span)));
        }

        foreach (LogRecord record in ready.Apply)
        {
            Assert.That(State[(int)record.Index.Value - 1], Is.EqualTo((record.Term, Encoding.UTF8.GetString(record.Entry.Span))),
                "what is applied is on the disk");
        }

        ReadStates.AddRange(ready.ReadStates);
        return ready;
    }

    /// <summary>The oldest write is flushed, and the core is told.</summary>
    public void Flush()
    {
        (HardState? hardState, LogRecord[] records) = _flushing.Dequeue();
        Write(hardState, records);
        Core.Step(RaftInput.Persisted(
            hardState, records.Length == 0 ? default : records[^1].Index, records.Length == 0 ? default : records[^1].Term));
    }

    /// <summary>The oldest writes are flushed, and nobody is told before the machine loses power.</summary>
    public void FlushUntold(int count)
    {
        for (; count > 0 && _flushing.TryDequeue(out (HardState? HardState, LogRecord[] Records) append); count--)
        {
            Write(append.HardState, append.Records);
        }
    }

    /// <summary>All writes on their way are refused: the disk is full.</summary>
    public void Refuse()
    {
        _flushing.Clear();
        Core.Step(RaftInput.PersistRefused);
    }

    /// <summary>All that is applied is checkpointed; the log lets go of entries through an index.</summary>
    public void CheckpointAndRelease(LogIndex through)
    {
        _checkpoint = Applied;
        if (through <= _base || through > Applied)
        {
            return;
        }

        _baseTerm = DiskTerm(through)!.Value;
        _base = through;
        foreach (ulong index in _disk.Keys.Where(index => index <= through.Value).ToArray())
        {
            _disk.Remove(index);
        }

        Core.Step(RaftInput.Released(through));
    }

    /// <summary>What another replica can start from.</summary>
    public RaftSnapshot TakeSnapshot() => new(Applied, State.Count == 0 ? default : State[^1].Term, [.. State], _initial);

    /// <summary>Puts a snapshot in place, if the core wants it.</summary>
    /// <returns>False when it does not.</returns>
    public bool Install(RaftSnapshot snapshot)
    {
        if (!Core.TryBeginSnapshot(snapshot.Index, snapshot.Term))
        {
            return false;
        }

        while (_flushing.Count > 0)
        {
            Flush();
        }

        _disk.Clear();
        _base = _checkpoint = snapshot.Index;
        _baseTerm = snapshot.Term;
        _initial = snapshot.Initial;
        State.Clear();
        State.AddRange(snapshot.State);
        Core.Step(RaftInput.SnapshotInstalled(snapshot.Index, snapshot.Term, SetsAt(snapshot.Index)[0]));
        return true;
    }

    /// <summary>Power is lost, and with it whatever is not flushed.</summary>
    public void Crash()
    {
        IsUp = false;
        _flushing.Clear();
        State.RemoveRange((int)_checkpoint.Value, State.Count - (int)_checkpoint.Value);
    }

    public void Start()
    {
        Core = Started();
        IsUp = true;
        ReadStates.Clear();
    }

    /// <summary>The disk loses its newest entries, though they were flushed.</summary>
    public void Rot(int entries)
    {
        foreach (ulong index in _disk.Keys.Reverse().Take(entries).ToArray())
        {
            _disk.Remove(index);
        }
    }

    private void Write(HardState? hardState, LogRecord[] records)
    {
        _hardState = hardState ?? _hardState;
        foreach (LogRecord record in records)
        {
            Assert.That(record.Index, Is.GreaterThan(_base));
            Assert.That(record.Index, Is.LessThanOrEqualTo(DiskLast.Next));
            Assert.That(record.Term, Is.LessThanOrEqualTo(_hardState.Term), "entries never come to the disk before their term");
            for (ulong replaced = record.Index.Value; _disk.Remove(replaced); replaced++)
            {
            }

            _disk[record.Index.Value] = record;
        }
    }

    private RaftCore Started() => new(new RaftConfiguration(
        Id,
        SetsAt(_checkpoint),
        new ShardLogState(_hardState, _base, _baseTerm, DiskLast, DiskTerm(DiskLast)!.Value),
        [.. _disk.Values.GroupBy(record => record.Term).Select(run => new TermSpan(run.First().Index, run.Key))],
        _checkpoint,
        new TextEntries(() => Core.Term),
        _random,
        _options));

    private ImmutableArray<LoggedReplicaSet> SetsAt(LogIndex applied)
    {
        var sets = new List<LoggedReplicaSet> { new(default, _initial) };
        for (int at = 0; at < (int)applied.Value; at++)
        {
            if (State[at].Entry.StartsWith("set ", StringComparison.Ordinal))
            {
                sets[0] = new LoggedReplicaSet(new LogIndex((ulong)at + 1), TextEntries.Parse(State[at].Entry));
            }
        }

        foreach (LogRecord record in _disk.Values.Where(record => record.Index > applied))
        {
            string entry = Encoding.UTF8.GetString(record.Entry.Span);
            if (entry.StartsWith("set ", StringComparison.Ordinal))
            {
                sets.Add(new LoggedReplicaSet(record.Index, TextEntries.Parse(entry)));
            }
        }

        return [.. sets];
    }
}
