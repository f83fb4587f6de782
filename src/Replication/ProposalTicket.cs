using System.Threading.Tasks.Sources;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Replication;

/// <summary>A proposal on its way, and the wait of its caller. Pooled.</summary>
internal sealed class ProposalTicket : LoopItem, IValueTaskSource<Result<CommandOutcome>>
{
    // Invariants:
    // - the wait ends once: by the replica, or by the caller's cancellation, whoever is first;
    // - the ticket goes back to the pool when both the replica and the caller have let go of it.

    private const int Waiting = 0;
    private const int Begun = 1;
    private const int Ended = 2;

    private readonly TicketPool _pool;
    private ManualResetValueTaskSourceCore<Result<CommandOutcome>> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private int _state;
    private int _holders;

    /// <summary>Makes a ticket for a pool.</summary>
    public ProposalTicket(TicketPool pool) => _pool = pool;

    /// <summary>The encoded entry; stamped by the loop.</summary>
    public byte[] Entry { get; private set; } = [];

    /// <summary>The entry's size, kept for as long as it counts as load.</summary>
    public int Bytes { get; private set; }

    /// <summary>Where the entry stands in the log; 0 before that.</summary>
    public LogIndex Index { get; private set; }

    /// <summary>When the proposal came, as a timestamp of the replica's clock; 0 when nobody measures.</summary>
    public long ProposedAt { get; private set; }

    /// <summary>What the caller awaits, once.</summary>
    public ValueTask<Result<CommandOutcome>> Task => new(this, _source.Version);

    /// <summary>Makes the ticket ready for a proposal.</summary>
    /// <param name="entry">Encoded, not stamped; given over.</param>
    /// <param name="proposedAt">A timestamp, or 0.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void Prepare(byte[] entry, long proposedAt, CancellationToken cancellationToken)
    {
        Entry = entry;
        Bytes = entry.Length;
        ProposedAt = proposedAt;
        _holders = 2;
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(static ticket => ((ProposalTicket)ticket!).Cancel(), this);
        }
    }

    /// <summary>The loop takes the proposal into the log.</summary>
    /// <returns>False when the caller has given up before: then nothing happens.</returns>
    public bool TryBegin() => Interlocked.CompareExchange(ref _state, Begun, Waiting) == Waiting;

    /// <summary>The entry has its place in the log.</summary>
    public void Place(LogIndex index)
    {
        Index = index;
        Entry = [];
    }

    /// <summary>The replica ends the wait, unless the caller did, and lets go of the ticket.</summary>
    public void Complete(in Result<CommandOutcome> result)
    {
        if (Interlocked.Exchange(ref _state, Ended) != Ended)
        {
            _source.SetResult(result);
        }

        LetGo();
    }

    /// <inheritdoc/>
    public Result<CommandOutcome> GetResult(short token)
    {
        Result<CommandOutcome> result = _source.GetResult(token);
        _cancellation.Dispose();
        LetGo();
        return result;
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        int before = Interlocked.Exchange(ref _state, Ended);
        if (before != Ended)
        {
            _source.SetResult(before == Waiting ? ReplicaErrors.GivenUpBefore : ReplicaErrors.GivenUpAfter);
        }
    }

    private void LetGo()
    {
        int holders = Interlocked.Decrement(ref _holders);
        Invariant.Check(holders >= 0);
        if (holders == 0)
        {
            Entry = [];
            Index = default;
            Next = null;
            _cancellation = default;
            _state = Waiting;
            _source.Reset();
            _pool.Return(this);
        }
    }
}
