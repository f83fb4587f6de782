using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Simulation.Tests.Engine;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Nodes;

/// <content>The node's process: it runs, is stopped and goes on, and waits for nothing when power fails.</content>
internal sealed partial class Node
{
    // Invariants:
    // - what runs in the process runs under its context, so that what it waits for comes back to it;
    // - while the process is stopped nothing of it runs; afterwards all that waited does, in order.

    /// <summary>A client's deadline.</summary>
    private const long CallsTake = 1_000_000;

    private readonly NodeContext _context;
    private readonly Queue<Action> _deferred = new();
    private readonly List<Action> _callers = [];
    private bool _isPaused;
    private bool _heldWhenPaused;
    private long _pausedAt;
    private long _stopped;

    /// <summary>How much time the process was stopped for, by the node's clock in microseconds.</summary>
    public long Stopped => _stopped + (_isPaused ? Clock.GetTimestamp() - _pausedAt : 0);

    public void Pause()
    {
        if (!_isPaused)
        {
            (_isPaused, _pausedAt) = (true, Clock.GetTimestamp());
            _heldWhenPaused = Authority is { HoldsLease: true };
        }
    }

    public void Resume()
    {
        if (!_isPaused)
        {
            return;
        }

        _stopped = Stopped;
        _isPaused = false;
        if (_heldWhenPaused && Authority is { HoldsLease: false })
        {
            _world.Hit(NodeProbe.ProcessStoppedBeyondLease);
        }

        int waiting = _deferred.Count;
        for (int at = 0; at < waiting; at++)
        {
            Action action = _deferred.Dequeue();
            _world.After(0, () => Run(action));
        }
    }

    /// <summary>Does something in the process; later, while it is stopped.</summary>
    public void Run(Action action)
    {
        if (_isPaused)
        {
            _deferred.Enqueue(action);
            return;
        }

        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        if (IsUp && Files.HasCrashed)
        {
            _world.Hit(NodeProbe.PowerFailedAtChange);
            CrashFor(_world.Between(2_000, 300_000));
        }
    }

    /// <summary>As <see cref="Run"/>, and looks at what became of the replicas.</summary>
    public void RunAndLook(Action action) => Run(() =>
    {
        action();
        foreach (Replica replica in Replicas.Values)
        {
            if (replica.Running is { } running)
            {
                if (replica.Seen != running)
                {
                    replica.Seen = running;
                    _rules.Starts(replica);
                }

                _rules.Look(replica, running.Status);
            }
        }
    });

    /// <summary>A client's call; OutcomeUnknown when its deadline passes, or the connection breaks because power fails.</summary>
    public Task<Result<T>> AskAsync<T>(Func<Authority, Task<Result<T>>> ask)
    {
        var answer = new TaskCompletionSource<Result<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Authority is null)
        {
            answer.SetResult(new NacreError(ErrorCode.Unavailable, "The node starts."));
            return answer.Task;
        }

        void Break() => answer.TrySetResult(new NacreError(ErrorCode.OutcomeUnknown, "The connection broke."));
        _callers.Add(Break);
        _world.After(CallsTake, Break);
        Run(async () =>
        {
            try
            {
                Result<T> said = Authority is { } authority ? await ask(authority) : new NacreError(ErrorCode.Unavailable, "The node starts.");
                answer.TrySetResult(said);
                _callers.Remove(Break);
            }
            catch (OperationCanceledException)
            {
                // Power failed meanwhile, and the connection broke.
            }
        });
        return answer.Task;
    }

    private void BreakCalls()
    {
        Action[] callers = [.. _callers];
        _callers.Clear();
        Array.ForEach(callers, caller => caller());
    }

    private static void ThrowIfFaulted(Task task)
    {
        if (task.IsFaulted && !(task.Exception!.InnerException is SimulatedCrashException))
        {
            throw new ViolationException($"a start succeeds: {task.Exception!.InnerException!.Message}");
        }
    }
}
