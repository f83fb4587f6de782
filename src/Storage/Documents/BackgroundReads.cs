using Nacre.Core.Files;

namespace Nacre.Storage.Documents;

/// <summary>Reads ahead that nobody waits for, but for the end: a store must not be disposed of under them.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class BackgroundReads
{
    // Invariants:
    // - _running counts the reads begun and not ended; once _ended is there no more begin, and it completes with the
    //   last.
    private readonly Lock _gate = new();
    private TaskCompletionSource? _ended;
    private int _running;

    /// <summary>Begins a read, unless too many are on their way, or all is at its end.</summary>
    /// <param name="most">How many may be on their way.</param>
    /// <returns>True when it may begin; <see cref="RunAsync"/> follows.</returns>
    public bool TryBegin(int most)
    {
        lock (_gate)
        {
            if (_ended is not null || _running >= most)
            {
                return false;
            }

            _running++;
            return true;
        }
    }

    /// <summary>Runs what was begun to its end.</summary>
    public async Task RunAsync(ValueTask read)
    {
        try
        {
            await read;
        }
        catch (StorageFaultException)
        {
            // Nothing is decided here: whoever needs what could not be read meets the fault again.
        }
        finally
        {
            lock (_gate)
            {
                if (--_running == 0)
                {
                    _ended?.SetResult();
                }
            }
        }
    }

    /// <summary>Lets no more begin, and waits for those on their way.</summary>
    public Task EndAsync()
    {
        lock (_gate)
        {
            if (_ended is null)
            {
                _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_running == 0)
                {
                    _ended.SetResult();
                }
            }

            return _ended.Task;
        }
    }
}
