using Nacre.Core;

namespace Nacre.Storage.SharedLog;

/// <summary>What waits for the writer: appends in order, and the few other things it is asked to do.</summary>
/// <remarks>Thread-safe; one writer takes: the log's thread, or in its place a caller who claimed the log at rest.</remarks>
// Invariants:
// - While a caller has the claim the log's thread waits, and everything that comes is queued behind.
// - Appends leave in the order in which they came, those that waited for room included.
// - _bytes counts the appends that are queued or with the writer; only an empty queue takes one beyond the limit.
internal sealed class AppendQueue(long byteLimit)
{
    private readonly object _gate = new();
    private readonly Queue<QueuedAppend> _appends = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private readonly List<TaskCompletionSource> _rolls = [];
    private readonly List<ResetRequest> _resets = [];
    private long _bytes;
    private bool _isSignalled;
    private bool _writerWaits;
    private bool _isClaimed;
    private CloseRequest? _close;
    private bool _isClosed;

    /// <summary>Queues an append, after those that wait before it.</summary>
    public ValueTask EnqueueAsync(QueuedAppend append, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(SegmentedLog));
            if (_waiters.Count == 0 && HasRoomFor(append))
            {
                Enqueue(append);
                return ValueTask.CompletedTask;
            }

            var waiter = new Waiter(append);
            LinkedListNode<Waiter> node = _waiters.AddLast(waiter);
            return new ValueTask(WaitAsync(node, cancellationToken));
        }
    }

    /// <summary>Lets the caller write in the writer's place, if nothing is queued, wanted or being written.</summary>
    /// <param name="bytes">Of the append that the caller brings; completed as if it had been queued.</param>
    /// <returns>True: the caller is the writer until <see cref="EndClaim"/>.</returns>
    public bool TryClaim(long bytes)
    {
        lock (_gate)
        {
            if (!_writerWaits || _isSignalled || _isClaimed || _isClosed || _waiters.Count > 0)
            {
                return false;
            }

            Invariant.Check(_appends.Count == 0 && _bytes == 0);
            _isClaimed = true;
            _bytes = bytes;
            return true;
        }
    }

    /// <summary>Gives the log back to the writer.</summary>
    /// <param name="wake">True when there is something to do besides what was queued meanwhile.</param>
    public void EndClaim(bool wake)
    {
        lock (_gate)
        {
            Invariant.Check(_isClaimed);
            _isClaimed = false;
            if (wake || _isSignalled)
            {
                Signal();
            }
        }
    }

    /// <summary>Wakes the writer to look around.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            Signal();
        }
    }

    /// <summary>Has the writer begin a new segment.</summary>
    public Task RequestRoll()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(SegmentedLog));
            _rolls.Add(done);
            Signal();
        }

        return done.Task;
    }

    /// <summary>Has the writer set a shard's log to a snapshot's end.</summary>
    public Task RequestReset(ResetRequest reset)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(SegmentedLog));
            _resets.Add(reset);
            Signal();
        }

        return reset.Done.Task;
    }

    /// <summary>Takes no more appends; the writer does what is queued and then closes. The first request counts.</summary>
    public Task<LogEnd> RequestClose(ReadOnlyMemory<byte> note)
    {
        lock (_gate)
        {
            _isClosed = true;
            _close ??= new CloseRequest(note);
            Signal();
            return _close.Done.Task;
        }
    }

    /// <summary>Waits until there is something to do.</summary>
    public void Wait()
    {
        lock (_gate)
        {
            while (!_isSignalled || _isClaimed)
            {
                _writerWaits = true;
                Monitor.Wait(_gate);
                _writerWaits = false;
            }
        }
    }

    /// <summary>Takes what there is to do; false for nothing.</summary>
    /// <param name="work">Filled: appends that together fit one frame, and requests.</param>
    /// <param name="recordBytes">How many bytes of records fit.</param>
    public bool TryTake(LogWork work, int recordBytes)
    {
        work.Clear();
        lock (_gate)
        {
            if (!_isSignalled)
            {
                return false;
            }

            int bytes = 0;
            while (_appends.TryPeek(out QueuedAppend next)
                && (work.Appends.Count == 0 || bytes + next.RecordBytes <= recordBytes)
                && work.TryAddDomain(next.Append.Domain))
            {
                bytes += next.RecordBytes;
                work.Appends.Add(_appends.Dequeue());
            }

            work.Rolls.AddRange(_rolls);
            work.Close = _appends.Count == 0 && _waiters.Count == 0 ? _close : null;
            work.Resets.AddRange(_resets);
            _rolls.Clear();
            _resets.Clear();
            _isSignalled = _appends.Count > 0 || (_close is not null && work.Close is null);
            return true;
        }
    }

    /// <summary>Makes room: the sinks of these bytes of appends were told.</summary>
    public void Complete(long bytes)
    {
        lock (_gate)
        {
            _bytes -= bytes;
            Invariant.Check(_bytes >= 0);
            while (_waiters.First is { } node && HasRoomFor(node.Value.Append))
            {
                _waiters.RemoveFirst();
                Enqueue(node.Value.Append);
                node.Value.Admitted.SetResult();
            }
        }
    }

    private bool HasRoomFor(QueuedAppend append) => _bytes == 0 || _bytes + append.RecordBytes <= byteLimit;

    private void Enqueue(QueuedAppend append)
    {
        _bytes += append.RecordBytes;
        _appends.Enqueue(append);
        Signal();
    }

    private void Signal()
    {
        _isSignalled = true;
        if (_writerWaits && !_isClaimed)
        {
            Monitor.Pulse(_gate);
        }
    }

    private async Task WaitAsync(LinkedListNode<Waiter> node, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            (_, token) =>
            {
                lock (_gate)
                {
                    // Once it left the list it is queued, and cancelling comes too late.
                    if (node.List is not null)
                    {
                        _waiters.Remove(node);
                        node.Value.Admitted.SetCanceled(token);
                        Signal();
                    }
                }
            },
            null);
        await node.Value.Admitted.Task;
    }

    private sealed record Waiter(QueuedAppend Append)
    {
        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
