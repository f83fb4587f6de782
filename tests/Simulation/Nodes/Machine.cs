using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Hashing;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>A deterministic state machine with checkpoints that take their time.</summary>
internal sealed class Machine(NodeWorld world, Replica replica, Rules rules, NodeBug bug) : ISimulatedMachine
{
    private readonly Checkpoints _checkpoints = replica.Checkpoints;

    public MachineState State { get; private set; } = replica.Checkpoints.Newest ?? new MachineState();

    public LogIndex Applied => State.Applied;

    public Sequence AppliedSequence => State.Sequence;

    public DateTimeOffset AppliedTime => State.Time;

    public bool HasRoom => true;

    public ulong RunningHash => State.Hash;

    public bool KeepsReplicaSet => true;

    public LoggedReplicaSet? AppliedSet => bug == NodeBug.CheckpointWithOldSet ? null : State.Set;

    /// <summary>The node crashed: checkpoints under way come to nothing.</summary>
    public bool IsDead { get; set; }

    public void Apply(ReadOnlySpan<LogRecord> records, Span<CommandOutcome> outcomes)
    {
        LogRecord[] order = records.ToArray();
        if (bug == NodeBug.ApplyOutOfOrder && order.Length > 1)
        {
            (order[0], order[1]) = (order[0] with { Entry = order[1].Entry }, order[1] with { Entry = order[0].Entry });
        }

        for (int at = 0; at < order.Length; at++)
        {
            Invariant.Check(order[at].Index == State.Applied.Next);
            Invariant.Check(EntryCodec.Decode(order[at].Entry, out EntryHeader header, out ReadOnlyMemory<byte> command) is null);
            if (bug != NodeBug.ApplyOutOfOrder)
            {
                Invariant.Check(header.Time >= State.Time);
                Invariant.Check(header.Sequence == (header.Kind == EntryKind.Data ? State.Sequence.Next : State.Sequence));
            }

            Execution executed = Execute(order[at], header, command.Span);
            outcomes[at] = executed.Outcome;
            ulong hash = Murmur3.Hash128(order[at].Entry.Span, new UInt128(State.Hash, executed.Outcome.Lsn.Value)).First;
            State = State with { Applied = order[at].Index, Sequence = header.Sequence, Time = header.Time, Hash = hash };
            rules.Apply(replica, order[at], executed, State.Hash);
        }
    }

    public Task<LogIndex> BeginCheckpoint()
    {
        var done = new TaskCompletionSource<LogIndex>();
        MachineState state = State;
        if (bug == NodeBug.CheckpointWithoutIdempotency)
        {
            state = state with { Answered = new MachineState().Answered };
        }
        else if (bug == NodeBug.CheckpointLosesLast && !state.Versions.IsEmpty)
        {
            KeyValuePair<byte, ulong> some = state.Versions.MinBy(version => version.Key);
            state = state with { Versions = state.Versions.SetItem(some.Key, some.Value - 1) };
        }

        if (bug == NodeBug.TruncationBeforeCheckpoint)
        {
            done.SetResult(state.Applied);
        }

        world.After(world.Between(1_000, 30_000), () =>
        {
            if (IsDead)
            {
                world.Hit(NodeProbe.CrashInCheckpoint);
                return;
            }

            _checkpoints.Add(state);
            done.TrySetResult(_checkpoints.Older?.Applied ?? default);
        });
        return done.Task;
    }

    public bool Maintain() => false;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Execution Execute(in LogRecord record, in EntryHeader header, ReadOnlySpan<byte> command)
    {
        if (header.Kind == EntryKind.Configuration)
        {
            State = State with { Set = new LoggedReplicaSet(record.Index, ReplicaSetCodec.Decode(command).Value) };
        }

        if (header.Kind != EntryKind.Data)
        {
            return default;
        }

        IdempotencyKey key = header.Idempotency;
        if (bug != NodeBug.IgnoreIdempotency && State.Answered.TryGetValue((ulong)key.Client.Value, out (ulong Sequence, CommandOutcome Outcome) answered))
        {
            if (answered.Sequence == key.Sequence)
            {
                world.Hit(NodeProbe.RepeatedWriteRecognised);
                return new Execution(answered.Outcome with { Flags = CommandEffect.Repeated }, default, false);
            }

            if (answered.Sequence > key.Sequence)
            {
                return new Execution(CommandOutcome.Refused(ErrorCode.IdempotencyExpired), default, false);
            }
        }

        Write write = Write.Decode(command);
        ulong version = State.Versions.GetValueOrDefault(write.Register);
        bool takesEffect = write.IfVersion == Write.Any || write.IfVersion == version;
        version += takesEffect ? 1UL : 0;
        version += bug == NodeBug.NondeterministicApply && replica.Node.Id.Value == 2 && version % 16 == 15 ? 1UL : 0;
        CommandOutcome outcome = takesEffect
            ? new CommandOutcome(ErrorCode.None, new Lsn(version), CommandEffect.Created, default)
            : CommandOutcome.Refused(ErrorCode.PreconditionFailed);
        State = State with
        {
            Versions = State.Versions.SetItem(write.Register, version),
            Answered = State.Answered.SetItem((ulong)key.Client.Value, (key.Sequence, outcome)),
        };
        return new Execution(outcome, write, takesEffect);
    }
}
