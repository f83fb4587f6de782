namespace Nacre.Replication.Membership;

/// <summary>How a node tends the replica sets of the shards that it leads. All take effect at a restart.</summary>
public sealed record ReplicaKeeperOptions
{
    /// <summary>Pause between two looks at the catalogue. Default 100 ms; above zero.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Least time between two leads that a node gives away for the sake of balance. Default 2 s.</summary>
    public TimeSpan BalanceInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time that a node keeps a lead before it gives it away for the sake of balance. Default 5 s; longer than most stops take.</summary>
    public TimeSpan LeastTenure { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time for one change. Default 5 s; a change that takes longer is looked at again later.</summary>
    public TimeSpan StepTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pause for a shard whose change was refused for good. Default 5 s.</summary>
    public TimeSpan PauseAfterRefusal { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time without offers of a lead after one that was not taken; doubled by each. Default 5 s.</summary>
    public TimeSpan RestAfterRefusedOffer { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Most of that time. Default 5 minutes; a node that drains makes offers every <see cref="RestAfterRefusedOffer"/>.</summary>
    public TimeSpan LongestRest { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Voters that a shard is given by itself; more only where the operator says so. Default 5; 1 or more, odd.</summary>
    public int MostVoters { get; init; } = 5;
}
