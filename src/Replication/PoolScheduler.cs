using Nacre.Core;

namespace Nacre.Replication;

/// <summary>Runs replicas on the thread pool.</summary>
public sealed class PoolScheduler : IReplicaScheduler
{
    [ThreadStatic]
    private static List<IThreadPoolWorkItem>? t_gathered;

    [ThreadStatic]
    private static List<IThreadPoolWorkItem>? t_spare;

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

    /// <summary>
    /// From here to <see cref="EndGathering"/> what this thread schedules is gathered, and then run by few threads, one piece
    /// after the other: for news that concern many shards at once. Not nested.
    /// </summary>
    public static void BeginGathering()
    {
        Invariant.Check(t_gathered is null);
        t_gathered = t_spare ?? [];
    }

    /// <summary>Schedules what was gathered since <see cref="BeginGathering"/>, on the same thread.</summary>
    public static void EndGathering()
    {
        List<IThreadPoolWorkItem> gathered = t_gathered!;
        (t_gathered, t_spare) = (null, gathered);
        if (gathered.Count == 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(gathered[0], preferLocal: false);
        }
        else if (gathered.Count > 1)
        {
            var shared = new SharedWork([.. gathered]);
            for (int worker = Math.Min(gathered.Count, Environment.ProcessorCount); worker > 0; worker--)
            {
                ThreadPool.UnsafeQueueUserWorkItem(shared, preferLocal: false);
            }
        }

        gathered.Clear();
    }

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem work)
    {
        if (t_gathered is { } gathered)
        {
            gathered.Add(work);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
        }
    }

    /// <summary>Pieces of work that several threads take one by one: none waits for a thread that is kept by another piece.</summary>
    private sealed class SharedWork(IThreadPoolWorkItem[] pieces) : IThreadPoolWorkItem
    {
        private int _taken;

        public void Execute()
        {
            for (int at = Interlocked.Increment(ref _taken) - 1; at < pieces.Length; at = Interlocked.Increment(ref _taken) - 1)
            {
                pieces[at].Execute();
            }
        }
    }
}
