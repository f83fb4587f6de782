using Nacre.Core.Files;
using Nacre.Core.Ids;

namespace Nacre.Replication.Tests.Doubles;

/// <summary>What survives of a <see cref="CountingMachine"/>: its last two checkpoints.</summary>
internal sealed class MachineDisk
{
    private TaskCompletionSource<LogIndex>? _held;
    private MachineCheckpoint? _heldCheckpoint;
    private readonly TaskCompletionSource _isHeld = new(TaskCreationOptions.RunContinuationsAsynchronously);

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
            _isHeld.TrySetResult();
            return _held.Task;
        }

        Persist(checkpoint);
        return Task.FromResult(Older?.Applied ?? default);
    }

    /// <summary>Ends when a checkpoint is held.</summary>
    public Task WhenHeld() => _isHeld.Task;

    /// <summary>The newest checkpoint is damaged: the next start recovers the older one.</summary>
    public void LoseNewest()
    {
        Newest = Older;
        Older = null;
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
