using System.Collections.Immutable;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;
using Nacre.Simulation.Tests.Engine;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Cluster;

/// <summary>One replica: the real core, in a shell that keeps the rules of <c>docs/replication.md</c> over a simulated disk.</summary>
internal sealed partial class SimReplica
{
    // Invariants:
    // - what was planned before a crash never happens after it: each plan carries the life it was made in;
    // - the machine applies flushed entries only.
    private readonly SeededRandom _electionChance;
    private readonly ReplicaSet _initial;
    private int _life;
    private long _tickMicroseconds;

    public SimReplica(World world, ulong id, ReplicaSet initial)
    {
        World = world;
        Id = new ReplicaId(id);
        _initial = initial;
        _electionChance = new SeededRandom(Mixing.Of(world.Seed, id));
        Disk = new ReplicaDisk(new Machine(initial));
        OlderImage = Disk.Copy();
        Machine = Disk.Checkpoint.Copy();
        _tickMicroseconds = World.TickMicroseconds * (90 + world.Chance.Next(21)) / 100;
        Core = null!;
    }

    public World World { get; }

    public ReplicaId Id { get; }

    public RaftCore Core { get; private set; }

    public Machine Machine { get; private set; }

    public ReplicaDisk Disk { get; private set; }

    /// <summary>The disk as it was some time ago.</summary>
    public ReplicaDisk OlderImage { get; private set; }

    public bool IsUp { get; private set; }

    /// <summary>Switched off for good.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>The last entry that was ever flushed here; above the disk's when an older image came back.</summary>
    public LogIndex EverFlushed { get; private set; }

    public bool LostItsDisk { get; private set; }

    /// <summary>How much slower than the others its clock goes.</summary>
    public int ClockDivisor { get; set; } = 1;

    public void Start()
    {
        Invariants();
        IsUp = true;
        _life++;
        ReplicaDisk disk = Disk;
        if (disk.Checkpoint.Applied > disk.Last || disk.TermAt(disk.Checkpoint.Applied) is { } term && term != disk.Checkpoint.AppliedTerm)
        {
            // A snapshot's state stood, and the log was not set behind it yet.
            disk.Reset(disk.Checkpoint.Applied, disk.Checkpoint.AppliedTerm);
        }

        Machine = disk.Checkpoint.Copy();
        HardState hardState = World.Bug switch
        {
            Bug.VoteForgotten => new HardState(disk.HardState.Term, default),
            Bug.TermForgotten => new HardState(disk.TermAt(disk.Last)!.Value, default),
            _ => disk.HardState,
        };
        var log = new ShardLogState(hardState, disk.Base, disk.BaseTerm, disk.Last, disk.TermAt(disk.Last)!.Value);
        Core = new RaftCore(new RaftConfiguration(
            Id, SetsOf(disk), log, TermsOf(disk), Machine.Applied, new EntryForm(this), _electionChance, World.Options));
        if (LostItsDisk && World.Bug is not (Bug.OlderImageVotes or Bug.SameIdRebuilt))
        {
            // Peers remember what this node has flushed before.
            Core.Step(RaftInput.Disqualify);
            World.Hit(Probe.OlderImageDisqualified);
        }

        World.Rules.Started(this);
        Plan(World.Chance.Next((int)_tickMicroseconds), Tick);
        Pump();
    }

    /// <summary>Power is lost. What was handed to the disk may be there or not, the last of it in part.</summary>
    public void Crash()
    {
        IsUp = false;
        _life++;
        CrashDisk();
        foreach (Waiting waiting in _proposals.Values)
        {
            World.Forget(waiting);
        }

        _proposals.Clear();
        _reads.Clear();
        _snapshots.Clear();
        _checkpointing = null;
    }

    /// <summary>The disk comes back as it was some time ago.</summary>
    public void LoseDisk()
    {
        LostItsDisk = true;
        Disk = World.Bug == Bug.SameIdRebuilt ? new ReplicaDisk(new Machine(World.LastSet)) : OlderImage.Copy();
    }

    public void KeepImage() => OlderImage = Disk.Copy();

    /// <summary>Something that happens later, unless the replica crashes before.</summary>
    public void Plan(long delay, Action action)
    {
        int life = _life;
        World.Queue.After(delay, () =>
        {
            if (life == _life && IsUp)
            {
                action();
            }
        });
    }

    public void Receive(in RaftMessage message)
    {
        Core.Step(message);
        Pump();
    }

    public void ReceiveIfUp(Request request)
    {
        if (IsUp)
        {
            Receive(request);
        }
    }

    /// <summary>Switches it off for good.</summary>
    public void Retire()
    {
        IsRetired = true;
        if (IsUp)
        {
            Crash();
        }
    }

    private void Invariants()
    {
        if (IsUp || IsRetired)
        {
            throw new InvalidOperationException("a replica is started once");
        }
    }

    private void Tick()
    {
        Core.Tick();
        Pump();
        Plan(_tickMicroseconds * ClockDivisor, Tick);
    }

    private ImmutableArray<LoggedReplicaSet> SetsOf(ReplicaDisk disk)
    {
        var sets = new List<LoggedReplicaSet>
        {
            World.Bug == Bug.WrongSetRestored ? new LoggedReplicaSet(default, _initial) : disk.Checkpoint.Set,
        };
        foreach (LogRecord record in disk.Records)
        {
            if (record.Index > disk.Checkpoint.Applied && record.Entry.Span[0] == EntryForm.Changes)
            {
                sets.Add(new LoggedReplicaSet(record.Index, EntryForm.Read(record.Entry.Span)));
            }
        }

        return [.. sets];
    }

    private static List<TermSpan> TermsOf(ReplicaDisk disk)
    {
        var terms = new List<TermSpan>();
        foreach (LogRecord record in disk.Records)
        {
            if (terms.Count == 0 || terms[^1].Term != record.Term)
            {
                terms.Add(new TermSpan(record.Index, record.Term));
            }
        }

        return terms;
    }
}
