namespace Nacre.Replication.Forwarding;

/// <summary>How long a proposal looks for the shard's leader. All take effect at a restart.</summary>
public sealed record ForwardingOptions
{
    /// <summary>
    /// Most time that a proposal which nobody took waits for a leader, on the node where it came in. Above it, it is refused
    /// with nothing done. Default 3 s: an election takes less.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Most time between two looks, when nothing is heard of a change of the leader here. Default 50 ms; above zero.</summary>
    public TimeSpan LookAgainAfter { get; init; } = TimeSpan.FromMilliseconds(50);
}
