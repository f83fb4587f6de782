namespace Nacre.Nemesis.Tests.Network;

/// <summary>What happens to whatever one node sends to another. The default lets it through.</summary>
internal readonly record struct LinkRule
{
    /// <summary>Nothing arrives.</summary>
    public bool IsCut { get; init; }

    /// <summary>It arrives so much later.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>And up to so much later still, drawn anew each time.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>This part of the packets is lost, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>This part arrives twice, 0 to 1.</summary>
    public double Duplication { get; init; }

    /// <summary>This part is overtaken by what was sent later, 0 to 1.</summary>
    public double Reordering { get; init; }

    /// <summary>No more than this arrives in a second; 0: no bound.</summary>
    public int BytesPerSecond { get; init; }
}
