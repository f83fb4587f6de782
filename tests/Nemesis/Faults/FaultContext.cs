using Nacre.Nemesis.Tests.Network;
using Nacre.Nemesis.Tests.Processes;
using Nacre.Nemesis.Tests.Workloads;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Faults;

/// <summary>What a fault works with.</summary>
/// <param name="Cluster">Its victim.</param>
/// <param name="Random">Decides whom and when.</param>
/// <param name="Tally">What the workers get done meanwhile.</param>
/// <param name="Length">About how long it is to last.</param>
internal sealed record FaultContext(Cluster Cluster, SeededRandom Random, Tally Tally, TimeSpan Length)
{
    private static readonly TimeSpan RecoveryPatience = TimeSpan.FromSeconds(30);

    /// <summary>The members.</summary>
    public IReadOnlyList<Node> Nodes => Cluster.Nodes;

    /// <summary>The rules of the network.</summary>
    public LinkTable Links => Cluster.Network.Links;

    /// <summary>Any member.</summary>
    public Node AnyNode() => Nodes[Random.Next(Nodes.Count)];

    /// <summary>All but some.</summary>
    public Node[] Others(params Node[] but) => [.. Nodes.Except(but)];

    /// <summary>A member that does not lead the shard that faults aim at.</summary>
    public async Task<Node> AnyFollowerAsync()
    {
        Node[] followers = Others(await Cluster.LeaderAsync());
        return followers[Random.Next(followers.Length)];
    }

    /// <summary>Lets time pass: a part of the fault's length.</summary>
    public Task HoldAsync(double part = 1) => Task.Delay(Length * part);

    /// <summary>Waits until the workers get answers again.</summary>
    /// <exception cref="ViolationException">They do not within half a minute.</exception>
    public async Task WhenServingAsync()
    {
        using var patience = new CancellationTokenSource(RecoveryPatience);
        try
        {
            await Tally.WhenAnsweredAsync(50, patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new ViolationException($"no progress: not 50 operations were answered within {RecoveryPatience.TotalSeconds:f0} s");
        }
    }

    /// <summary>Does something over and over until about the fault's length has passed.</summary>
    public async Task RepeatAsync(Func<Task> once)
    {
        for (long began = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(began) < Length;)
        {
            await once();
        }
    }
}
