using Nacre.Core.Ids;

namespace Nacre.Replication;

/// <summary>Who waits until an entry is applied.</summary>
/// <remarks>Thread-safe. Costs the applier a fence a batch while nobody waits.</remarks>
internal sealed class AppliedWaits
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource<bool>, ulong> _waits = new();
    private TaskCompletionSource<bool>? _next;
    private int _count;
    private bool _hasEnded;

    /// <summary>
    /// Waits for an entry. Who calls looks at what is applied once more afterwards, and if it is there says so with
    /// <see cref="Reach"/>: the applier may have passed it meanwhile.
    /// </summary>
    /// <returns>True when it is applied; false when the replica has ended.</returns>
    public Task<bool> Add(LogIndex index)
    {
        lock (_gate)
        {
            if (_hasEnded)
            {
                return Task.FromResult(false);
            }

            var wait = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Enqueue(wait, index.Value);
            Interlocked.Increment(ref _count);
            return wait.Task;
        }
    }

    /// <summary>Waits for whatever is applied next. One wait for all who ask, so that those who give up leave nothing behind.</summary>
    /// <returns>True when something was; false when the replica has ended. Taken before a look at what is applied.</returns>
    public Task<bool> Next()
    {
        lock (_gate)
        {
            if (_hasEnded)
            {
                return Task.FromResult(false);
            }

            if (_next is null)
            {
                _next = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                Interlocked.Increment(ref _count);
            }

            return _next.Task;
        }
    }

    /// <summary>All through an entry is applied, and everybody can see that.</summary>
    public void Reach(LogIndex applied)
    {
        // Between the writing of what is applied and the look at who waits for it: one of the two sides sees the other.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _count) == 0)
        {
            return;
        }

        lock (_gate)
        {
            while (_waits.TryPeek(out TaskCompletionSource<bool>? wait, out ulong index) && index <= applied.Value)
            {
                _waits.Dequeue();
                Interlocked.Decrement(ref _count);
                wait.SetResult(true);
            }

            AnswerNext(true);
        }
    }

    /// <summary>Nothing is applied any more.</summary>
    public void End()
    {
        lock (_gate)
        {
            _hasEnded = true;
            while (_waits.TryDequeue(out TaskCompletionSource<bool>? wait, out _))
            {
                wait.SetResult(false);
            }

            AnswerNext(false);
            Volatile.Write(ref _count, 0);
        }
    }

    private void AnswerNext(bool isApplied)
    {
        if (_next is { } next)
        {
            _next = null;
            Interlocked.Decrement(ref _count);
            next.SetResult(isApplied);
        }
    }
}
