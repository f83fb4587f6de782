using System.Text;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;
using Nacre.Testing;

namespace Nacre.Replication.Tests.Raft;

/// <summary>A core, a disk that flushes when it is told, and a list of what was applied.</summary>
internal sealed class CoreBench
{
    private readonly Queue<(HardState? HardState, LogRecord[] Records)> _flushing = new();
    private readonly List<LogRecord> _disk = [];
    private HardState _hardState;

    public CoreBench(params (ulong Term, string Entry)[] log)
    {
        foreach ((ulong term, string entry) in log)
        {
            _disk.Add(new LogRecord(new LogIndex((ulong)_disk.Count + 1), new Term(term), Encoding.UTF8.GetBytes(entry)));
            _hardState = new HardState(new Term(term), new ReplicaId(1));
        }

        Core = Restarted();
    }

    public RaftCore Core { get; private set; }

    /// <summary>The entries that are flushed.</summary>
    public IReadOnlyList<LogRecord> Disk => _disk;

    public HardState DurableHardState => _hardState;

    /// <summary>How far the state machine has come; entries are checked to come once each, in order.</summary>
    public LogIndex Applied { get; private set; }

    /// <summary>The applied entries, as text.</summary>
    public List<string> AppliedEntries { get; } = [];

    public int Flushing => _flushing.Count;

    /// <summary>A core with a term opened and nothing on its way.</summary>
    public static CoreBench Leading(params (ulong Term, string Entry)[] log)
    {
        var bench = new CoreBench(log);
        bench.Core.Step(RaftInput.Campaign);
        bench.Settle();
        return bench;
    }

    public void Propose(string entry) => Core.Step(RaftInput.Propose(Encoding.UTF8.GetBytes(entry)));

    /// <summary>Does what the core wants: hands writes to the disk, applies what is committed.</summary>
    public void Take(int maxPersistBytes = 1 << 20)
    {
        while (Core.HasReady(maxPersistBytes > 0))
        {
            Ready ready = Core.TakeReady(maxPersistBytes);
            if (ready.HasPersist)
            {
                _flushing.Enqueue((ready.HardState, ready.Persist.ToArray()));
            }

            Apply(ready);
        }
    }

    /// <summary>The oldest write is flushed.</summary>
    public void FlushOne()
    {
        (HardState? hardState, LogRecord[] records) = _flushing.Dequeue();
        _hardState = hardState ?? _hardState;
        foreach (LogRecord record in records)
        {
            Assert.That(record.Index.Value, Is.EqualTo((ulong)_disk.Count + 1));
            _disk.Add(record);
        }

        Core.Step(RaftInput.Persisted(
            hardState, records.Length == 0 ? default : records[^1].Index, records.Length == 0 ? default : records[^1].Term));
    }

    /// <summary>All writes on their way are refused.</summary>
    public void RefuseAll()
    {
        _flushing.Clear();
        Core.Step(RaftInput.PersistRefused);
    }

    public void Settle()
    {
        Take();
        while (_flushing.Count > 0)
        {
            FlushOne();
            Take();
        }
    }

    /// <summary>Power is lost: what was not flushed is gone; the state machine comes back at <paramref name="applied"/>.</summary>
    public void Crash(LogIndex applied)
    {
        _flushing.Clear();
        AppliedEntries.RemoveRange((int)applied.Value, AppliedEntries.Count - (int)applied.Value);
        Applied = applied;
        Core = Restarted();
    }

    private RaftCore Restarted() => new(new RaftConfiguration(
        new ReplicaId(1), [new LoggedReplicaSet(default, ReplicaSet.Initial((new ReplicaId(1), new NodeId(1))))],
        new ShardLogState(_hardState, default, default, new LogIndex((ulong)_disk.Count), _disk.Count == 0 ? default : _disk[^1].Term),
        [.. _disk.GroupBy(record => record.Term).Select(run => new TermSpan(run.First().Index, run.Key))],
        Applied, new TextEntries(() => Core.Term), new SeededRandom(1), new RaftOptions()));

    private void Apply(in Ready ready)
    {
        if (ready.ApplyThrough <= Applied)
        {
            Assert.That(ready.Apply.IsEmpty);
            return;
        }

        // What the core does not hold in memory was on the disk before this start.
        LogIndex firstHeld = ready.Apply.IsEmpty ? ready.ApplyThrough.Next : ready.Apply[0].Index;
        for (ulong index = Applied.Value + 1; index < firstHeld.Value; index++)
        {
            AppliedEntries.Add(Encoding.UTF8.GetString(_disk[(int)index - 1].Entry.Span));
        }

        foreach (LogRecord record in ready.Apply)
        {
            Assert.That(record.Index.Value, Is.EqualTo((ulong)AppliedEntries.Count + 1));
            Assert.That(_disk[(int)record.Index.Value - 1], Is.EqualTo(record), "what is applied is on the disk");
            AppliedEntries.Add(Encoding.UTF8.GetString(record.Entry.Span));
        }

        Applied = ready.ApplyThrough;
        Assert.That((ulong)AppliedEntries.Count, Is.EqualTo(Applied.Value));
    }
}
