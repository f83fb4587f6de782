namespace Nacre.Storage.SharedLog;

/// <summary>A thread that runs slow file work, one piece at a time, in order.</summary>
/// <remarks>Thread-safe. A piece that throws ends it: <c>onFatal</c> is told and nothing more runs.</remarks>
internal sealed class BackgroundWorker
{
    private readonly object _gate = new();
    private readonly Queue<Action> _work = new();
    private readonly Action<Exception> _onFatal;
    private readonly Thread _thread;
    private bool _isStopping;

    public BackgroundWorker(string name, Action<Exception> onFatal)
    {
        _onFatal = onFatal;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Runs a piece of work after those before it.</summary>
    public void Post(Action work)
    {
        lock (_gate)
        {
            _work.Enqueue(work);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Does what is queued, ends, and returns then.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    private void Run()
    {
        try
        {
            while (TryTake(out Action? work))
            {
                work!();
            }
        }
        catch (Exception cause)
        {
            // The only place where a thread of the log may end by an exception: it must take the log with it.
            _onFatal(cause);
        }
    }

    private bool TryTake(out Action? work)
    {
        lock (_gate)
        {
            while (_work.Count == 0 && !_isStopping)
            {
                Monitor.Wait(_gate);
            }

            return _work.TryDequeue(out work);
        }
    }
}
