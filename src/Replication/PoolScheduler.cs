namespace Nacre.Replication;

/// <summary>Runs replicas on the thread pool.</summary>
public sealed class PoolScheduler : IReplicaScheduler
{
    private PoolScheduler()
    {
    }

    /// <summary>The one instance; it has no state.</summary>
    public static PoolScheduler Instance { get; } = new();

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem work) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
}
