using Nacre.Replication;
using Nacre.Simulation.Tests.Engine;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>
/// The one thread that runs replicas, log and state machines of a node, in the order in which work comes. The engine's I/O
/// threads are beside it: whoever drives waits for them before going on.
/// </summary>
internal sealed class Driver : SynchronizationContext, IReplicaScheduler
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly object _gate = new();
    private readonly Queue<Action> _work = new();

    /// <summary>Runs something to its end on this thread, with all that it brings about.</summary>
    public static T Run<T>(Func<Driver, Task<T>> main)
    {
        SynchronizationContext? before = Current;
        var driver = new Driver();
        SetSynchronizationContext(driver);
        try
        {
            Task<T> running = main(driver);
            driver.RunUntil(running);
            return running.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Queues work.</summary>
    public void Do(Action work)
    {
        lock (_gate)
        {
            _work.Enqueue(work);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Ends when all work that is queued by now was done.</summary>
    public async Task YieldAsync()
    {
        var passed = new TaskCompletionSource();
        Do(passed.SetResult);
        await passed.Task;
    }

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem work) => Do(work.Execute);

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => Do(() => d(state));

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nobody waits here.");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    private void RunUntil(Task running)
    {
        while (!running.IsCompleted)
        {
            Action? work;
            lock (_gate)
            {
                while (!_work.TryDequeue(out work))
                {
                    if (!Monitor.Wait(_gate, Patience))
                    {
                        throw new ViolationException($"liveness: nothing happened for {Patience.TotalSeconds:f0} s");
                    }
                }
            }

            work();
        }
    }
}
