namespace Nacre.Replication.Tests.Doubles;

/// <summary>Work that waits until the test runs it, one piece after the other, on the test's thread.</summary>
internal sealed class QueueScheduler : IReplicaScheduler
{
    private readonly Lock _gate = new();
    private readonly Queue<IThreadPoolWorkItem> _work = new();
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Schedule(IThreadPoolWorkItem work)
    {
        lock (_gate)
        {
            _work.Enqueue(work);
            _arrived.TrySetResult();
        }
    }

    /// <summary>Runs the oldest piece.</summary>
    /// <returns>False when there was none.</returns>
    public bool RunOne()
    {
        IThreadPoolWorkItem? work;
        lock (_gate)
        {
            if (!_work.TryDequeue(out work))
            {
                return false;
            }
        }

        work.Execute();
        return true;
    }

    /// <summary>Ends when there is work.</summary>
    public Task WhenWork()
    {
        lock (_gate)
        {
            if (_work.Count > 0)
            {
                return Task.CompletedTask;
            }

            _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _arrived.Task;
        }
    }
}
