using Nacre.Nemesis.Tests.Processes;

namespace Nacre.Nemesis.Tests.Faults;

/// <summary>A node joins and is removed while others have their troubles.</summary>
internal static class MembershipFaults
{
    /// <summary>A fourth node joins, and is removed again, each time with one of the others killed in the middle of it.</summary>
    public static async Task ChangeUnderKills(FaultContext context)
    {
        Node victim = context.AnyNode();
        Task<Node> joining = context.Cluster.JoinAsync();
        await victim.KillAsync();
        await context.HoldAsync(0.1);
        await victim.StartAsync();
        Node fourth = await joining;
        await context.HoldAsync(0.2);

        Node[] others = context.Others(fourth);
        victim = others[context.Random.Next(others.Length)];
        await victim.KillAsync();
        await context.Cluster.RemoveAsync(fourth);
        await context.HoldAsync(0.2);
        await victim.StartAsync();
        await context.WhenServingAsync();
    }

    /// <summary>The same, with the leader parted from the others at first.</summary>
    public static async Task ChangeUnderPartition(FaultContext context)
    {
        Node leader = await context.Cluster.LeaderAsync();
        context.Links.Part([leader.Number], [.. context.Others(leader).Select(other => other.Number)]);
        await context.HoldAsync(0.2);
        Task<Node> joining = context.Cluster.JoinAsync();
        await context.HoldAsync(0.1);
        context.Links.Heal();
        Node fourth = await joining;
        await context.HoldAsync(0.2);

        leader = await context.Cluster.LeaderAsync();
        context.Links.Part([leader.Number], [.. context.Others(leader, fourth).Select(other => other.Number)]);
        Task removing = context.Cluster.RemoveAsync(fourth);
        await context.HoldAsync(0.2);
        context.Links.Heal();
        await removing;
        await context.WhenServingAsync();
    }
}
