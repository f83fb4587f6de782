using System.Diagnostics;

namespace Nacre.Nemesis.Tests.Workloads;

/// <summary>Counts what operations came to, and tells of stalls.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Tally
{
    private long _answered;
    private long _refused;
    private long _unknown;
    private long _during;
    private long _lastWrite = Stopwatch.GetTimestamp();
    private long _longestStall;
    private long _faultBegan = long.MaxValue;
    private TaskCompletionSource _progress = NewSource();

    /// <summary>Operations with an answer.</summary>
    public long Answered => Volatile.Read(ref _answered);

    /// <summary>Operations that were refused: nothing happened.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Writes whose outcome nobody knows.</summary>
    public long Unknown => Volatile.Read(ref _unknown);

    /// <summary>Operations that were both asked and answered while the fault lasted.</summary>
    public long During => Volatile.Read(ref _during);

    /// <summary>All that ended.</summary>
    public long Operations => Answered + Refused + Unknown;

    /// <summary>Longest time between two acknowledged writes, of any worker, since the last <see cref="BeginFault"/>.</summary>
    public TimeSpan LongestStall => TimeSpan.FromSeconds(Volatile.Read(ref _longestStall) / (double)Stopwatch.Frequency);

    /// <summary>From here on operations count as during the fault.</summary>
    public void BeginFault()
    {
        Volatile.Write(ref _longestStall, 0);
        Volatile.Write(ref _lastWrite, Stopwatch.GetTimestamp());
        Volatile.Write(ref _faultBegan, Stopwatch.GetTimestamp());
    }

    /// <summary>The fault is over.</summary>
    public void EndFault() => Volatile.Write(ref _faultBegan, long.MaxValue);

    /// <summary>Waits until so many more operations are answered.</summary>
    public async Task WhenAnsweredAsync(int more, CancellationToken cancellationToken)
    {
        long wanted = Answered + more;
        for (Task progress = Volatile.Read(ref _progress).Task; Answered < wanted; progress = Volatile.Read(ref _progress).Task)
        {
            await progress.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Counts one.</summary>
    public void Count(Testing.Histories.OperationOutcome outcome, long called, long returned, bool isWrite)
    {
        switch (outcome)
        {
            case Testing.Histories.OperationOutcome.Answered:
                Interlocked.Increment(ref _answered);
                if (called >= Volatile.Read(ref _faultBegan))
                {
                    Interlocked.Increment(ref _during);
                }

                if (isWrite)
                {
                    NoteWrite(returned);
                }

                Interlocked.Exchange(ref _progress, NewSource()).TrySetResult();
                break;
            case Testing.Histories.OperationOutcome.Refused:
                Interlocked.Increment(ref _refused);
                break;
            default:
                Interlocked.Increment(ref _unknown);
                break;
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void NoteWrite(long returned)
    {
        long stall = returned - Interlocked.Exchange(ref _lastWrite, returned);
        for (long longest = Volatile.Read(ref _longestStall); stall > longest; longest = Volatile.Read(ref _longestStall))
        {
            if (Interlocked.CompareExchange(ref _longestStall, stall, longest) == longest)
            {
                return;
            }
        }
    }
}
