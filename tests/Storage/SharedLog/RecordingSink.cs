using Nacre.Core.Errors;
using Nacre.Core.Log;

namespace Nacre.Storage.Tests.SharedLog;

/// <summary>Remembers what became of appends, and lets a test wait for it.</summary>
internal sealed class RecordingSink : ILogSink
{
    private readonly Lock _lock = new();
    private readonly List<(LogAppend Append, ErrorCode Reason)> _told = [];
    private readonly Dictionary<LogAppend, TaskCompletionSource<ErrorCode>> _waiting = new(ReferenceEqualityComparer.Instance);

    public IReadOnlyList<(LogAppend Append, ErrorCode Reason)> Told
    {
        get
        {
            lock (_lock)
            {
                return [.. _told];
            }
        }
    }

    /// <summary>What was told since the last call.</summary>
    public IReadOnlyList<(LogAppend Append, ErrorCode Reason)> TakeTold()
    {
        lock (_lock)
        {
            (LogAppend, ErrorCode)[] told = [.. _told];
            _told.Clear();
            return told;
        }
    }

    public void Flushed(LogAppend append) => Tell(append, ErrorCode.None);

    public void Rejected(LogAppend append, ErrorCode reason) => Tell(append, reason);

    /// <summary>Ends when the append's fate is known: None for flushed.</summary>
    public Task<ErrorCode> OutcomeOf(LogAppend append)
    {
        lock (_lock)
        {
            return SourceOf(append).Task;
        }
    }

    private void Tell(LogAppend append, ErrorCode reason)
    {
        lock (_lock)
        {
            _told.Add((append, reason));
            if (!SourceOf(append).TrySetResult(reason))
            {
                throw new InvalidOperationException("a sink is told once");
            }
        }
    }

    private TaskCompletionSource<ErrorCode> SourceOf(LogAppend append)
    {
        if (!_waiting.TryGetValue(append, out TaskCompletionSource<ErrorCode>? source))
        {
            _waiting[append] = source = new TaskCompletionSource<ErrorCode>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return source;
    }
}
