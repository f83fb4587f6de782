using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Snapshots;

/// <summary>A held snapshot, and who reads it.</summary>
/// <remarks>Its members belong to the holder's lock, but for reading the source.</remarks>
// Invariants:
// - the source is disposed once, when the lease was ended and nobody reads any more.
internal sealed class SnapshotLease(ISnapshotSource source, Term term)
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _readers;
    private bool _isEnded;

    /// <summary>The source, for who entered.</summary>
    public ISnapshotSource Source => source;

    /// <summary>The snapshot.</summary>
    public SnapshotDescription Description { get; } = new(source.Manifest, term);

    /// <summary>When somebody last asked for it.</summary>
    public long UsedAt { get; set; }

    /// <summary>True while somebody reads.</summary>
    public bool IsRead => _readers > 0;

    /// <summary>Ends when the source was disposed.</summary>
    public Task Released => _released.Task;

    /// <summary>A reader comes; the lease has not ended.</summary>
    public void Enter() => _readers++;

    /// <summary>A reader goes.</summary>
    public void Leave()
    {
        _readers--;
        DisposeIfOver();
    }

    /// <summary>Nobody enters any more.</summary>
    public void End()
    {
        _isEnded = true;
        DisposeIfOver();
    }

    private void DisposeIfOver()
    {
        if (_isEnded && _readers == 0 && !_released.Task.IsCompleted)
        {
            source.Dispose();
            _released.SetResult();
        }
    }
}
