namespace Nacre.Storage.Devices;

/// <summary>An action on an I/O thread that somebody waits for.</summary>
/// <param name="action">May throw: the waiter gets it.</param>
internal sealed class IoStep(Action action) : IoWork
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the action has run; faults with what it threw.</summary>
    public Task Completion => _completion.Task;

    /// <inheritdoc/>
    public override void Run()
    {
        try
        {
            action();
            _completion.SetResult();
        }
#pragma warning disable CA1031 // Whatever it threw is handed to whoever waits.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _completion.SetException(exception);
        }
    }
}
