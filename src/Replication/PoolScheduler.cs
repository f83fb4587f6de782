namespace Nacre.Replication;

/// <summary>Runs replicas on the thread pool.</summary>
public sealed class PoolScheduler : IReplicaScheduler
{
    private PoolScheduler()
    {
    }

    /// <summary>The one instance; it has no state.</summary>
    public static PoolScheduler Instance { get; } = new();

    /// <summary>
    /// Lets the pool run that many threads more before it hesitates: an applier may block on the disk, and must not
    /// keep a thread from requests. For the composition root; never lowers what is set.
    /// </summary>
    /// <param name="replicas">The node's replicas.</param>
    public static void MakeRoomFor(int replicas)
    {
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + replicas), completions);
    }

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem work) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
}
