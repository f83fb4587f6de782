namespace Nacre.Simulation.Tests.Engine;

/// <summary>Virtual time, and what is to happen in it: by time, then in the order in which it was planned.</summary>
internal sealed class EventQueue
{
    // Invariants:
    // - Now never falls;
    // - no two events compare as equal, so that the order never depends on the heap.
    private readonly PriorityQueue<Action, (long Time, long Sequence)> _heap = new();
    private long _sequence;

    /// <summary>Microseconds since the run began.</summary>
    public long Now { get; private set; }

    /// <summary>Events that have happened.</summary>
    public int Count { get; private set; }

    /// <summary>A hash of when what happened, and of all that was mixed in.</summary>
    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    /// <summary>Plans an event.</summary>
    /// <param name="delay">Microseconds from now; from 0.</param>
    /// <param name="action">What happens.</param>
    public void After(long delay, Action action) => _heap.Enqueue(action, (Now + delay, ++_sequence));

    /// <summary>Lets the next event happen.</summary>
    public void Step()
    {
        if (!_heap.TryDequeue(out Action? action, out (long Time, long Sequence) at))
        {
            throw new ViolationException("liveness: nothing will ever happen again");
        }

        Now = at.Time;
        Count++;
        Mix((ulong)at.Time);
        Mix((ulong)at.Sequence);
        action();
    }

    /// <summary>Takes a value into <see cref="Hash"/>.</summary>
    public void Mix(ulong value) => Hash = Mixing.Of(Hash, value);
}
