using Nacre.Nemesis.Tests.Processes;

namespace Nacre.Nemesis.Tests.Faults;

/// <summary>Processes that end, stand still, or are restarted.</summary>
internal static class ProcessFaults
{
    // Several election timeouts, which are up to a second.
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(3);

    /// <summary>SIGKILL of one node after the other.</summary>
    public static Task KillOne(FaultContext context) => context.RepeatAsync(() => KillAsync(context, context.AnyNode()));

    /// <summary>SIGKILL of whichever leads.</summary>
    public static Task KillLeader(FaultContext context) =>
        context.RepeatAsync(async () => await KillAsync(context, await context.Cluster.LeaderAsync()));

    /// <summary>SIGKILL of two of three at once; between two of that, the cluster serves.</summary>
    public static Task KillMajority(FaultContext context) =>
        context.RepeatAsync(() => KillAsync(context, context.Others(context.AnyNode())));

    /// <summary>SIGKILL of all at once; between two of that, the cluster serves.</summary>
    public static Task KillAll(FaultContext context) => context.RepeatAsync(() => KillAsync(context, [.. context.Nodes]));

    /// <summary>SIGSTOP of the leader until another is elected; then it wakes up and thinks that it leads.</summary>
    public static Task PauseLeader(FaultContext context) => context.RepeatAsync(async () =>
    {
        Node leader = await context.Cluster.LeaderAsync();
        leader.Pause();
        await Task.Delay(Standstill);
        leader.Resume();
        await context.WhenServingAsync();
    });

    /// <summary>SIGTERM of one after the other, each started again.</summary>
    public static async Task RollingRestart(FaultContext context)
    {
        foreach (Node node in context.Nodes)
        {
            await context.WhenServingAsync();
            await node.TerminateAsync();
            await context.WhenServingAsync();
            await node.StartAsync();
        }

        await context.WhenServingAsync();
    }

    private static async Task KillAsync(FaultContext context, params Node[] victims)
    {
        await context.WhenServingAsync();
        await Task.WhenAll(victims.Select(victim => victim.KillAsync()));
        await context.HoldAsync(0.15);
        await context.Cluster.StartAllAsync();
        await context.WhenServingAsync();
    }
}
