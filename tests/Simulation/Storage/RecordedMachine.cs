using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>
/// A real state machine, whose checkpoints end only when all is quiet: so that what the log does next never runs beside the
/// engine's own threads.
/// </summary>
/// <param name="machine">The real one.</param>
/// <param name="idle">Ends when nothing of the store's work is under way.</param>
/// <param name="mark">Notes where a checkpoint began and ended; null: nobody records.</param>
/// <param name="isEarly">Planted: the log may let go of all that was applied, and the checkpoint is written after that.</param>
internal sealed class RecordedMachine(IStateMachine machine, Func<Task> idle, Action<string>? mark, bool isEarly) : IStateMachine
{
    private Task _late = Task.CompletedTask;

    public LogIndex Applied => machine.Applied;

    public Sequence AppliedSequence => machine.AppliedSequence;

    public DateTimeOffset AppliedTime => machine.AppliedTime;

    public bool HasRoom => machine.HasRoom;

    public ulong RunningHash => machine.RunningHash;

    public bool KeepsReplicaSet => machine.KeepsReplicaSet;

    public LoggedReplicaSet? AppliedSet => machine.AppliedSet;

    public long StoredBytes => machine.StoredBytes;

    public void Apply(ReadOnlySpan<LogRecord> records, Span<CommandOutcome> outcomes) => machine.Apply(records, outcomes);

    public async Task<LogIndex> BeginCheckpoint()
    {
        if (!isEarly)
        {
            mark?.Invoke("checkpoint begun");
            return await EndAsync(machine.BeginCheckpoint());
        }

        await _late;
        _late = WriteLateAsync();
        return machine.Applied;
    }

    public bool Maintain() => machine.Maintain();

    public async ValueTask DisposeAsync()
    {
        await _late;
        await machine.DisposeAsync();
    }

    private async Task WriteLateAsync()
    {
        await idle();
        mark?.Invoke("checkpoint begun");
        await EndAsync(machine.BeginCheckpoint());
    }

    private async Task<LogIndex> EndAsync(Task<LogIndex> written)
    {
        LogIndex released = await written;
        await idle();
        mark?.Invoke("checkpoint ended");
        return released;
    }
}
