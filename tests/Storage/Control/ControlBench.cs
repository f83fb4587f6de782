using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Storage.Control;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Control;

/// <summary>A control state machine, the entries it was given, and its restarts.</summary>
internal sealed class ControlBench
{
    public const string Folder = "/data/shards/0";

    public static readonly ClusterId Cluster = new(0xC0FFEE);

    /// <summary>Replica sets as they could follow one another.</summary>
    public static readonly ReplicaSet[] Sets = SetsOf(
        ReplicaSet.Initial((new ReplicaId(1), new NodeId(1))),
        set => set.With(new Replica(new ReplicaId(2), new NodeId(2), ReplicaKind.Learner)),
        set => set.With(new ReplicaId(2), ReplicaKind.Voter),
        set => set.Without(new ReplicaId(1)));

    private ulong _runs;

    public ControlBench(SimulatedFileSystem? files = null)
    {
        Files = files ?? new SimulatedFileSystem();
        Machine = Open();
    }

    public SimulatedFileSystem Files { get; set; }

    public TestDataKeys Keys { get; } = new();

    public ControlStateMachine Machine { get; private set; }

    /// <summary>Every entry so far: what a log would hold.</summary>
    public List<LogRecord> Entries { get; } = [];

    /// <summary>The time of the next entry.</summary>
    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public Catalog Catalog => Machine.Current;

    /// <summary>A bench whose cluster has four data shards.</summary>
    public static ControlBench Created()
    {
        var bench = new ControlBench();
        bench.Run(new CreateCluster(Cluster, 4));
        return bench;
    }

    public CommandOutcome Run(ControlCommand command, IdempotencyKey key = default) => Apply(Encode(command, key));

    public CommandOutcome Configure(ReplicaSet set) =>
        Apply(Entry(EntryKind.Configuration, Machine.AppliedSequence, default, ReplicaSetCodec.Encode(set)));

    public CommandOutcome NoOp() => Apply(Entry(EntryKind.NoOp, Machine.AppliedSequence, default, []));

    public LogRecord Encode(ControlCommand command, IdempotencyKey key = default) =>
        Entry(EntryKind.Control, Machine.AppliedSequence.Next, key, ControlCommandCodec.Encode(command));

    public LogRecord Entry(EntryKind kind, Sequence sequence, IdempotencyKey key, byte[] command)
    {
        byte[] entry = EntryCodec.Encode(new EntryHeader { Kind = kind, Idempotency = key, Activity = new ActivityId(9) }, command);
        EntryCodec.Stamp(entry, new LeaderStamp(
            Cluster, ShardId.Control, new ReplicaSetGeneration(1), new WriteEpoch(1), new RegionId(1), sequence, Now, new DataKeyId(1)));
        return new LogRecord(Machine.Applied.Next, new Term(1), entry);
    }

    public CommandOutcome Apply(LogRecord record)
    {
        var outcomes = new CommandOutcome[1];
        Machine.Apply([record], outcomes);
        Entries.Add(record);
        return outcomes[0];
    }

    /// <summary>Recovers the newest checkpoint and applies what the log holds beyond it.</summary>
    public void Restart()
    {
        Machine = Open();
        LogRecord[] rest = [.. Entries.Where(entry => entry.Index > Machine.Applied)];
        Machine.Apply(rest, new CommandOutcome[rest.Length]);
    }

    public ControlStateMachine Open() => TryOpen().Value;

    public Result<ControlStateMachine> TryOpen() =>
        ControlStateMachine.Open(Folder, Files, Keys, new SeededRandom(++_runs), NullLogger.Instance);

    private static ReplicaSet[] SetsOf(ReplicaSet first, params ReadOnlySpan<Func<ReplicaSet, ReplicaSet>> changes)
    {
        var sets = new List<ReplicaSet> { first };
        foreach (Func<ReplicaSet, ReplicaSet> change in changes)
        {
            sets.Add(change(sets[^1]));
        }

        return [.. sets];
    }

    /// <summary>Everything that the machine remembers.</summary>
    public byte[] Snapshot() => ControlStateCodec.Encode(Machine.State);
}
