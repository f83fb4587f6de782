using Nacre.Core.Files;
using Nacre.Core.Ids;

namespace Nacre.Replication.Tests.Doubles;

/// <summary>What survives of a <see cref="CountingMachine"/>: its last two checkpoints.</summary>
internal sealed class MachineDisk
{
    private TaskCompletionSource<LogIndex>? _held;
    private MachineCheckpoint? _heldCheckpoint;

    public MachineCheckpoint? Newest { get; private set; }

    public MachineCheckpoint? Older { get; private set; }

    public int Count { get; private set; }

    /// <summary>While true, a checkpoint is durable only after <see cref="Release"/>.</summary>
    public bool Holds { get; set; }

    /// <summary>What the next checkpoint fails with, once.</summary>
    public StorageFaultException? Fault { get; set; }

    public Task<LogIndex> Accept(MachineCheckpoint checkpoint)
    {
        if (Fault is { } fault)
        {
            Fault = null;
            return Task.FromException<LogIndex>(fault);
        }

        if (Holds)
        {
            _heldCheckpoint = checkpoint;
            _held = new TaskCompletionSource<LogIndex>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _held.Task;
        }

        Persist(checkpoint);
        return Task.FromResult(Older?.Applied ?? default);
    }

    public void Release()
    {
        Persist(_heldCheckpoint!);
        _held!.SetResult(Older?.Applied ?? default);
    }

    private void Persist(MachineCheckpoint checkpoint)
    {
        Older = Newest;
        Newest = checkpoint;
        Count++;
    }
}
