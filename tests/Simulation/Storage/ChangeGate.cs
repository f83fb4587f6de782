namespace Nacre.Simulation.Tests.Storage;

/// <summary>
/// Holds the engine's own threads at one of their changes of the disk, so that the driver's writes come between two of
/// them, at the same place under the same seed.
/// </summary>
/// <remarks>Thread-safe. The thread that makes the gate is never held.</remarks>
internal sealed class ChangeGate
{
    private readonly int _driver = Environment.CurrentManagedThreadId;
    private readonly object _gate = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left;
    private bool _isOpen;

    /// <param name="after">How many changes pass before one is held.</param>
    public ChangeGate(int after) => _left = after;

    /// <summary>Ends when a thread is held.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Lets everybody go on, from now on.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _isOpen = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Called before each change: returns at once, or when the gate opens.</summary>
    public void Pass()
    {
        if (Environment.CurrentManagedThreadId == _driver)
        {
            return;
        }

        lock (_gate)
        {
            if (_isOpen || --_left >= 0)
            {
                return;
            }

            _reached.TrySetResult();
            while (!_isOpen)
            {
                Monitor.Wait(_gate);
            }
        }
    }
}
