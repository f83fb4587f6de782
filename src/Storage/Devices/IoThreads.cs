using System.Diagnostics.CodeAnalysis;
using Nacre.Core;

namespace Nacre.Storage.Devices;

/// <summary>
/// The few threads that wait for the disk, so that no thread of the pool and no applier has to. Shared by all stores
/// of a node. Urgent work, which somebody waits for, goes first, and one thread does nothing else: flushes of several
/// stores at a time do not hold up reads.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class IoThreads : IDisposable
{
    // Invariants:
    // - posted work runs exactly once, also during disposal;
    // - at most all threads but one run patient work.
    private readonly object _gate = new();
    private readonly Queue<IoWork> _urgent = new();
    private readonly Queue<IoWork> _patient = new();
    private readonly Thread[] _threads;
    private int _patientRunning;
    private bool _closing;
    private bool _closed;

    /// <summary>Starts the threads.</summary>
    /// <param name="count">At least 2, so that a flush does not hold up every read.</param>
    public IoThreads(int count)
    {
        Invariant.Check(count >= 2);
        _threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"nacre-io-{i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Queues work.</summary>
    /// <param name="work">Runs once.</param>
    /// <param name="urgent">True when somebody waits for its answer.</param>
    public void Post(IoWork work, bool urgent)
    {
        lock (_gate)
        {
            Invariant.Check(!_closed);
            (urgent ? _urgent : _patient).Enqueue(work);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Queues an action and ends when it has run; faults with what it threw.</summary>
    /// <param name="action">May throw.</param>
    /// <param name="urgent">True when the applier waits for it.</param>
    public Task RunAsync(Action action, bool urgent = false)
    {
        IoStep step = new(action);
        Post(step, urgent);
        return step.Completion;
    }

    /// <summary>Ends the threads once all posted work has run.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closing = true;
            Monitor.PulseAll(_gate);
        }

        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        lock (_gate)
        {
            _closed = true;
        }
    }

    private void Work()
    {
        while (Next(out IoWork? work, out bool patient))
        {
            work.Run();
            if (patient)
            {
                lock (_gate)
                {
                    _patientRunning--;
                    Monitor.Pulse(_gate);
                }
            }
        }
    }

    private bool Next([NotNullWhen(true)] out IoWork? work, out bool patient)
    {
        lock (_gate)
        {
            while (true)
            {
                patient = false;
                if (_urgent.TryDequeue(out work))
                {
                    return true;
                }

                if (_patientRunning < _threads.Length - 1 && _patient.TryDequeue(out work))
                {
                    _patientRunning++;
                    patient = true;
                    return true;
                }

                if (_closing && _patient.Count == 0)
                {
                    // The others wait for the same.
                    Monitor.PulseAll(_gate);
                    return false;
                }

                Monitor.Wait(_gate);
            }
        }
    }
}
