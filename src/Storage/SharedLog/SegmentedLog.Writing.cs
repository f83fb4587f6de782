using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Files;

namespace Nacre.Storage.SharedLog;

/// <content>The writer: takes what waits, makes one frame of it, flushes once, tells the sinks.</content>
public sealed partial class SegmentedLog
{
    // Invariants:
    // - one thread at a time is the writer: the log's own, or a caller with the queue's claim; only it touches the plan,
    //   the work, the encoder and the active segment.

    private readonly LogWork _work = new();
    private readonly ITimer _idleTimer;
    private bool _isIdleTimerSet;
    private bool _isSealed = true;
    private volatile bool _idleSealDue;
    private volatile bool _wroteSinceTimer;
    private bool _isClosed;

    /// <summary>Does what is queued, on this thread; only for a log opened without threads.</summary>
    internal void Pump()
    {
        Invariant.Check(_writer is null);
        while (!_isClosed && _queue.TryTake(_work, _options.MaxAppendBytes))
        {
            RunTurn(withRequests: true);
        }
    }

    private void WriteUntilClosed()
    {
        while (!_isClosed)
        {
            _queue.Wait();
            if (_queue.TryTake(_work, _options.MaxAppendBytes))
            {
                RunTurn(withRequests: true);
            }
        }
    }

    private void RunTurn(bool withRequests)
    {
        try
        {
            if (_fault is null)
            {
                WriteAppends();
                if (withRequests)
                {
                    DoRequests();
                }
            }
        }
        catch (Exception cause) when (_writer is not null || cause is StorageFaultException)
        {
            // A second failure, or a bug: a log that goes on in an unknown state would spread it.
            Stop(cause);
        }

        if (_fault is { } fault)
        {
            RejectAll(fault);
        }
    }

    private void WriteAppends()
    {
        if (_work.Appends.Count == 0)
        {
            return;
        }

        RejectFollowers();
        if (_work.Appends.Count == 0)
        {
            return;
        }

        _plan.Clear();
        _plan.Appends.AddRange(_work.Appends);
        AddNewTruncations();
        bool isWritten = TryWritePlan(mayUseReserve: false);
        long bytes = 0;
        _hooks.BeginTelling?.Invoke();
        try
        {
            foreach (QueuedAppend queued in _work.Appends)
            {
                bytes += queued.RecordBytes;
                Tell(queued, isWritten);
            }
        }
        finally
        {
            _hooks.EndTelling?.Invoke();
        }

        _work.Appends.Clear();
        _queue.Complete(bytes);
    }

    private static void Tell(QueuedAppend queued, bool isWritten)
    {
        if (isWritten)
        {
            queued.Append.Sink.Flushed(queued.Append);
        }
        else
        {
            queued.Shard.RejectUntilContiguous();
            queued.Append.Sink.Rejected(queued.Append, ErrorCode.DiskFull);
        }
    }

    /// <summary>Rejects appends that follow one that found the disk full; their senders could not know yet.</summary>
    private void RejectFollowers() => _work.Appends.RemoveAll(queued =>
    {
        if (queued.Shard.Accepts(queued.Append))
        {
            return false;
        }

        queued.Append.Sink.Rejected(queued.Append, ErrorCode.DiskFull);
        _queue.Complete(queued.RecordBytes);
        return true;
    });

    /// <summary>Lets truncations travel with the next frame; they need no flush of their own.</summary>
    private void AddNewTruncations()
    {
        if (!_hasNewTruncations)
        {
            return;
        }

        _hasNewTruncations = false;
        foreach (ShardLog shard in ShardsSnapshot())
        {
            if (_plan.Controls.Count == MaxControlsInFrame)
            {
                _hasNewTruncations = true;
                return;
            }

            // A section of its own for a domain without appends in this frame is not worth it.
            if (ControlOf(shard, freedThrough: 0) is { } control && _work.HasDomain(control.Domain))
            {
                _plan.Controls.Add(control);
            }
        }
    }

    private void DoRequests()
    {
        if (_idleSealDue)
        {
            WriteIdleSeal();
        }

        foreach (ResetRequest reset in _work.Resets)
        {
            Reset(reset);
        }

        if (_work.Rolls.Count > 0)
        {
            Roll();
        }

        if (_mayFree)
        {
            FreeSegments();
        }

        KeepSpareReady();
        if (_work.Close is { } close)
        {
            _isClosed = true;
            close.Done.SetResult(SealAndTrim(close.Note));
        }
    }

    /// <summary>Rolls because somebody asked. A refusal is theirs to know; the segment before stays good.</summary>
    private void Roll()
    {
        StorageFaultException? refusal = null;
        try
        {
            Invariant.Check(TryRoll(isRetry: true));
        }
        catch (StorageFaultException fault)
        {
            refusal = fault;
        }

        foreach (TaskCompletionSource roll in _work.Rolls)
        {
            if (refusal is null)
            {
                roll.SetResult();
            }
            else
            {
                roll.SetException(refusal);
            }
        }

        _work.Rolls.Clear();
    }

    private LogEnd SealAndTrim(ReadOnlyMemory<byte> note)
    {
        _plan.Clear();
        _plan.Flags = FrameFlags.ShutdownSeal;
        _plan.Note = note;
        if (!TryWritePlan(mayUseReserve: true))
        {
            throw new StorageFaultException(
                StorageFaultKind.NoSpace, _active!.File.Path, $"offset {_active.EndOffset}", "no room is left for a seal");
        }

        _pool.Trim(_active!.File, _active.EndOffset);
        _pool.Close();
        _background?.Stop();
        CheckTidy();
        return new LogEnd(_active.UseId, _active.LastFrame, _active.EndOffset, _active.LastTag);
    }

    /// <summary>Who is told where the log ended may expect that nothing else is in its folder.</summary>
    private void CheckTidy()
    {
        int files = _files.ListFiles(_options.Directory).Count(name => LogFormat.TryParseFileName(name, out _));
        if (files != _segments.Count || _segments.Exists(segment => segment.File.Length != segment.EndOffset))
        {
            throw new StorageFaultException(
                StorageFaultKind.Io, _options.Directory, "folder", "the log is sealed, but what it no longer needs could not be removed");
        }
    }

    private void WriteIdleSeal()
    {
        _idleSealDue = _isIdleTimerSet = false;
        _idleTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (!_isSealed && Fits(LogFormat.BlockBytes, mayUseReserve: false))
        {
            _plan.Clear();
            _plan.Flags = FrameFlags.IdleSeal;
            Invariant.Check(TryWritePlan(mayUseReserve: true));
        }
    }

    private void StartIdleTimer()
    {
        _wroteSinceTimer = true;
        if (!_isIdleTimerSet && _options.IdleSealAfter > TimeSpan.Zero)
        {
            _isIdleTimerSet = true;
            _wroteSinceTimer = false;
            _idleTimer.Change(_options.IdleSealAfter, _options.IdleSealAfter);
        }
    }

    private void OnIdleTimer()
    {
        // A busy log pays nothing for its idle seal but this, once in a while.
        if (_wroteSinceTimer)
        {
            _wroteSinceTimer = false;
        }
        else
        {
            _idleSealDue = true;
            _queue.Wake();
        }
    }

    private void Stop(Exception cause)
    {
        if (Interlocked.CompareExchange(ref _fault, cause, null) is null)
        {
            _hooks.Stopped?.Invoke(cause);
            _queue.Wake();
        }
    }

    private void RejectAll(Exception fault)
    {
        foreach (QueuedAppend queued in _work.Appends)
        {
            queued.Append.Sink.Rejected(queued.Append, ErrorCode.StorageFailed);
            _queue.Complete(queued.RecordBytes);
        }

        foreach (TaskCompletionSource roll in _work.Rolls)
        {
            roll.SetException(fault);
        }

        foreach (ResetRequest reset in _work.Resets)
        {
            // One that was done in this turn stays done.
            reset.Done.TrySetException(fault);
        }

        if (_work.Close is { } close)
        {
            _isClosed = true;
            close.Done.TrySetException(fault);
        }
    }
}
