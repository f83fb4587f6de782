using System.Runtime.CompilerServices;
using Nacre.Simulation.Tests.Engine;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>
/// Virtual time, chance, and all that is to happen: one queue, one thread, one seed. Continuations of the code under
/// simulation come back here by the synchronization context.
/// </summary>
internal sealed class NodeWorld(ulong seed) : SynchronizationContext
{
    // Invariants:
    // - whatever happens, happens in an event of this queue, on the thread that runs it;
    // - events of one time happen in the order in which they were made: the seed decides everything.

    /// <summary>A power of two: a look whether all is done costs more than an event.</summary>
    private const int LooksEvery = 64;

    private readonly EventQueue _events = new();
    private readonly int[] _probes = new int[Enum.GetValues<NodeProbe>().Length];
    private readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>Microseconds since the beginning.</summary>
    public long Now => _events.Now;

    /// <summary>Events that have happened.</summary>
    public int Events => _events.Count;

    /// <summary>Everything that was noted: the same seed gives the same hash.</summary>
    public ulong Hash => _events.Hash;

    public SeededRandom Random { get; } = new(seed);

    /// <summary>How often each rare path was taken.</summary>
    public IReadOnlyList<int> Probes => _probes;

    /// <summary>True once no more faults happen and no more work is begun.</summary>
    public bool IsHealing { get; set; }

    public long Between(long least, long most) => least + (long)(Random.NextUInt64() % (ulong)(most - least + 1));

    public void After(long delay, Action action)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            throw new ViolationException("one thread: code under simulation went to another one");
        }

        _events.After(delay, action);
    }

    public Task Delay(long delay)
    {
        var passed = new TaskCompletionSource();
        After(delay, passed.SetResult);
        return passed.Task;
    }

    /// <summary>Takes something into the hash.</summary>
    public void Note(ulong what) => _events.Mix(what);

    public void Hit(NodeProbe probe) => _probes[(int)probe]++;

    /// <summary>The first promise that was broken; nothing happens any more after it.</summary>
    public ViolationException? Violation { get; private set; }

    /// <summary>Checks a promise. Who is told of the exception may swallow it: the first one is kept.</summary>
    public void Require(bool holds, string rule, string detail)
    {
        if (!holds)
        {
            Violation ??= new ViolationException($"{rule}: {detail}");
            throw Violation;
        }
    }

    /// <summary>As the other one; the words are put together for a broken promise only.</summary>
    public void Require(bool holds, string rule, [InterpolatedStringHandlerArgument(nameof(holds))] ref BrokenPromise detail)
    {
        if (!holds)
        {
            Require(holds, rule, detail.ToText());
        }
    }

    /// <summary>Lets things happen until a time, or until all is done.</summary>
    public void RunUntil(long end, Func<bool> isDone)
    {
        while (Violation is null && Now < end && ((Events & (LooksEvery - 1)) != 0 || !isDone()))
        {
            _events.Step();
        }
    }

    public override void Post(SendOrPostCallback d, object? state) => After(0, () => d(state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nobody waits here.");

    public override SynchronizationContext CreateCopy() => this;
}
