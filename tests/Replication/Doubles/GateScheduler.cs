namespace Nacre.Replication.Tests.Doubles;

/// <summary>The thread pool, whose work the test can hold back.</summary>
internal sealed class GateScheduler : IReplicaScheduler
{
    private readonly Queue<IThreadPoolWorkItem> _held = new();
    private bool _holds;

    public void Schedule(IThreadPoolWorkItem work)
    {
        lock (_held)
        {
            if (_holds)
            {
                _held.Enqueue(work);
                return;
            }
        }

        PoolScheduler.Instance.Schedule(work);
    }

    /// <summary>Holds back what comes.</summary>
    public void Hold()
    {
        lock (_held)
        {
            _holds = true;
        }
    }

    /// <summary>Lets go of what was held back, in order, and of what comes.</summary>
    public void LetGo()
    {
        lock (_held)
        {
            _holds = false;
            while (_held.TryDequeue(out IThreadPoolWorkItem? work))
            {
                PoolScheduler.Instance.Schedule(work);
            }
        }
    }
}
