using Nacre.Core.Consistency;
using Nacre.Core.Ids;
using Nacre.Core.Time;

namespace Nacre.Replication;

/// <summary>
/// What a replica knows of how far behind it is: all that was acknowledged before its last confirmed question, whose answer
/// it has applied. It counts from before the question was asked, by a clock that nobody sets and that goes on while the machine
/// sleeps, so that neither a message that took long, nor a leader that does not know that it was replaced, nor a pause of
/// either process makes it believe too much.
/// </summary>
/// <remarks>Thread-safe; a look takes no lock.</remarks>
internal sealed class ReplicaFreshness(IBootClock clock)
{
    /// <summary>
    /// More entries than this no shard commits in a second: what may have been committed since an answer is at most so much.
    /// Each of them is proposed, sealed, flushed and applied by one loop; a loaded node was measured at a twentieth of it.
    /// </summary>
    public const double MaxEntriesPerSecond = 250_000;

    private Confirmation? _last;

    /// <summary>When a question is asked.</summary>
    public TimeSpan Now => clock.Now;

    /// <summary>A question was confirmed, and what it must see is applied.</summary>
    /// <param name="asked">When it was asked: <see cref="Now"/>.</param>
    /// <param name="index">What was committed then.</param>
    public void Confirm(TimeSpan asked, LogIndex index)
    {
        if (Volatile.Read(ref _last) is not { } last || last.Asked < asked)
        {
            Volatile.Write(ref _last, new Confirmation(asked, index));
        }
    }

    /// <summary>How much of a bound is used up; above 1 the replica may be further behind than that.</summary>
    /// <param name="bound">The bound.</param>
    /// <param name="applied">What the view shows that is to be read, or less.</param>
    public double ShareUsed(in StalenessBound bound, LogIndex applied)
    {
        if (Volatile.Read(ref _last) is not { } last || applied < last.Index)
        {
            return double.PositiveInfinity;
        }

        TimeSpan age = clock.Now - last.Asked;
        double mayLack = Math.Max(0, (age.TotalSeconds * MaxEntriesPerSecond) - (applied.Value - last.Index.Value));
        return Math.Max(age / bound.Age, mayLack / bound.Versions);
    }

    private sealed record Confirmation(TimeSpan Asked, LogIndex Index);
}
