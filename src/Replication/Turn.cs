namespace Nacre.Replication;

/// <summary>
/// Lets one thread at a time do a kind of work, without blocking anybody: who asks for work either gets the turn, or
/// whoever has it does another round.
/// </summary>
/// <remarks>Thread-safe. Work announced before <see cref="Request"/> is seen by the round that follows it.</remarks>
internal struct Turn
{
    private const int Idle = 0;
    private const int Taken = 1;
    private const int Asked = 2;

    private int _state;

    /// <summary>A turn that its maker has.</summary>
    public static Turn Held => new() { _state = Taken };

    /// <summary>Asks for a round of work.</summary>
    /// <returns>True when the caller has the turn now, and must do the round or have it done.</returns>
    public bool Request() =>
        Volatile.Read(ref _state) != Asked && Interlocked.Exchange(ref _state, Asked) == Idle;

    /// <summary>Begins a round: work announced from now on needs another one. For whoever has the turn.</summary>
    public void Begin() => Interlocked.Exchange(ref _state, Taken);

    /// <summary>Ends the round.</summary>
    /// <returns>False when another one was asked for: the caller still has the turn.</returns>
    public bool TryEnd() => Interlocked.CompareExchange(ref _state, Idle, Taken) == Taken;
}
