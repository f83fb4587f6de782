namespace Nacre.Storage.Devices;

/// <summary>Runs the writing work of one device in order, one piece at a time, on the I/O threads.</summary>
/// <remarks>Thread-safe. <see cref="Post"/> never blocks: it is called under FASTER's epoch protection.</remarks>
internal sealed class SerialIo(IoThreads threads)
{
    // Invariants:
    // - at most one thread runs this device's work;
    // - the runner is queued or running exactly while work is left.
    private readonly Lock _gate = new();
    private readonly Queue<IoWork> _work = new();
    private bool _running;

    /// <summary>Queues work behind all that was queued before.</summary>
    public void Post(IoWork work)
    {
        lock (_gate)
        {
            _work.Enqueue(work);
            if (_running)
            {
                return;
            }

            _running = true;
        }

        threads.Post(new Turn(this), urgent: false);
    }

    /// <summary>Queues an action and ends when it has run; faults with what it threw.</summary>
    public Task RunAsync(Action action)
    {
        IoStep step = new(action);
        Post(step);
        return step.Completion;
    }

    private bool RunNext()
    {
        IoWork work;
        lock (_gate)
        {
            work = _work.Dequeue();
        }

        work.Run();
        lock (_gate)
        {
            _running = _work.Count > 0;
            return _running;
        }
    }

    private sealed class Turn(SerialIo owner) : IoWork
    {
        public override void Run()
        {
            // One piece a turn: other devices and readers come in between.
            if (owner.RunNext())
            {
                owner.Repost(this);
            }
        }
    }

    private void Repost(Turn turn) => threads.Post(turn, urgent: false);
}
