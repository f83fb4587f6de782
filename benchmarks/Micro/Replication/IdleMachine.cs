using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;

namespace Nacre.Micro.Replication;

/// <summary>A state machine that does nothing with its entries.</summary>
internal sealed class IdleMachine : IStateMachine
{
    private ulong _applied;

    public LogIndex Applied => new(Volatile.Read(ref _applied));

    public Sequence AppliedSequence => default;

    public DateTimeOffset AppliedTime => default;

    public bool HasRoom => true;

    public ulong RunningHash => 0;

    public void Apply(ReadOnlySpan<LogRecord> records, Span<CommandOutcome> outcomes)
    {
        outcomes.Fill(new CommandOutcome(ErrorCode.None, new Lsn(1), CommandEffect.Created, default));
        Volatile.Write(ref _applied, records[^1].Index.Value);
    }

    public Task<LogIndex> BeginCheckpoint() => Task.FromResult(default(LogIndex));

    public bool Maintain() => false;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
