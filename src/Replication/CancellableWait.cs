namespace Nacre.Replication;

/// <summary>
/// Waits that can be given up. Unlike those of the runtime they never continue on a thread of its pool where the waiter has a
/// place of its own, as the simulation's one thread.
/// </summary>
internal static class CancellableWait
{
    /// <summary>Waits for a task, or until the wait is given up; the task goes on.</summary>
    public static Task<T> OrCancelledAsync<T>(this Task<T> task, CancellationToken cancellationToken)
    {
        if (task.IsCompleted || !cancellationToken.CanBeCanceled)
        {
            return task;
        }

        // Who gives the wait up runs what follows it, as with the runtime's own: that has ended when Cancel returns.
        var either = new TaskCompletionSource<T>();
        CancellationTokenRegistration givenUp = cancellationToken.UnsafeRegister((_, token) => either.TrySetCanceled(token), state: null);
        _ = PassOnAsync(task, either, givenUp);
        return either.Task;
    }

    /// <summary>As <see cref="OrCancelledAsync{T}"/>, for a task without a result.</summary>
    public static Task OrCancelledAsync(this Task task, CancellationToken cancellationToken) =>
        task.IsCompleted || !cancellationToken.CanBeCanceled ? task : WithResult(task).OrCancelledAsync(cancellationToken);

    private static async Task<bool> WithResult(Task task)
    {
        await task;
        return true;
    }

    private static async Task PassOnAsync<T>(Task<T> task, TaskCompletionSource<T> either, CancellationTokenRegistration givenUp)
    {
        try
        {
            either.TrySetResult(await task);
        }
        catch (OperationCanceledException cancelled)
        {
            either.TrySetCanceled(cancelled.CancellationToken);
        }
        catch (Exception fault)
        {
            either.TrySetException(fault);
        }
        finally
        {
            await givenUp.DisposeAsync();
        }
    }
}
