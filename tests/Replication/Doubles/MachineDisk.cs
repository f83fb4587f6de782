using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

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

    /// <summary>What is put together of a snapshot.</summary>
    public StagedSnapshot? Staged { get; set; }

    /// <summary>Set with a snapshot, until the log was set behind it.</summary>
    public SnapshotPoint? PendingReset { get; set; }

    /// <summary>What the next installation of a snapshot throws, once, after the snapshot is in place.</summary>
    public Exception? FailsAfterInstall { get; set; }

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

    /// <summary>A snapshot takes the place of all that is here.</summary>
    public void Replace(MachineCheckpoint checkpoint, SnapshotPoint point)
    {
        (Newest, Older, Staged, PendingReset) = (checkpoint, null, null, point);
        if (FailsAfterInstall is { } cause)
        {
            FailsAfterInstall = null;
            throw cause;
        }
    }

    private void Persist(MachineCheckpoint checkpoint)
    {
        Older = Newest;
        Newest = checkpoint;
        Count++;
    }
}
