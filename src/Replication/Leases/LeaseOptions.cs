namespace Nacre.Replication.Leases;

/// <summary>How long a node serves by what it knows.</summary>
public sealed record LeaseOptions
{
    /// <summary>Time that a node serves after it has asked for the newest catalogue. Default 10 s.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How much longer a withdrawal waits for a node that does not answer: clocks of two machines differ in speed by far less
    /// than a tenth. Default 1 s.
    /// </summary>
    public TimeSpan Margin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Pause between renewals. Default 2 s.</summary>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromSeconds(2);
}
