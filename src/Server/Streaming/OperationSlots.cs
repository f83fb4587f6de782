using Nacre.Core;

namespace Nacre.Server.Streaming;

/// <summary>
/// Counts a stream's operations from their arrival until their outcomes are sent. The one reader waits while all
/// slots are taken, so that a client that sends and does not read is stopped by its own window.
/// </summary>
/// <param name="slots">Operations that may be open at once.</param>
/// <remarks>Thread-safe; one reader enters and waits.</remarks>
internal sealed class OperationSlots(int slots)
{
    // Invariants:
    // - 0 <= _open <= slots;
    // - at most one waiter, for a free slot or for none taken.
    private readonly Lock _guard = new();
    private int _open;
    private int _waitsForAtMost = -1;
    private TaskCompletionSource? _waiter;

    /// <summary>Slots taken now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Takes a slot. Synchronous while there is one.</summary>
    public ValueTask EnterAsync()
    {
        lock (_guard)
        {
            if (_open < slots)
            {
                _open++;
                return default;
            }
        }

        return EnterLaterAsync();
    }

    /// <summary>Gives slots free.</summary>
    public void Leave(int count)
    {
        TaskCompletionSource? woken = null;
        lock (_guard)
        {
            _open -= count;
            Invariant.Check(_open >= 0);
            if (_waiter is not null && _open <= _waitsForAtMost)
            {
                woken = _waiter;
                _waiter = null;
            }
        }

        woken?.SetResult();
    }

    /// <summary>Completes when no slot is taken.</summary>
    public Task WhenNoneAsync() => WhenAtMostAsync(0);

    private async ValueTask EnterLaterAsync()
    {
        await WhenAtMostAsync(slots - 1).ConfigureAwait(false);
        lock (_guard)
        {
            // Nobody else enters: the slot that came free is still there.
            Invariant.Check(_open < slots);
            _open++;
        }
    }

    private Task WhenAtMostAsync(int open)
    {
        lock (_guard)
        {
            Invariant.Check(_waiter is null);
            if (_open <= open)
            {
                return Task.CompletedTask;
            }

            _waitsForAtMost = open;
            _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiter.Task;
        }
    }
}
