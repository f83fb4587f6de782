using Nacre.Nemesis.Tests.Network;
using Nacre.Nemesis.Tests.Processes;

namespace Nacre.Nemesis.Tests.Faults;

/// <summary>What can be wrong between the nodes.</summary>
internal static class LinkFaults
{
    private static readonly LinkRule Cut = new() { IsCut = true };

    /// <summary>One node against the others, each in turn.</summary>
    public static async Task PartitionHalves(FaultContext context)
    {
        foreach (Node node in context.Nodes)
        {
            await PartAsync(context, node, 0.33);
        }
    }

    /// <summary>The leader against the others.</summary>
    public static Task PartitionLeader(FaultContext context) =>
        context.RepeatAsync(async () => await PartAsync(context, await context.Cluster.LeaderAsync(), 0.33));

    /// <summary>The leader is not heard, or hears nothing.</summary>
    public static async Task PartitionOneWay(FaultContext context)
    {
        foreach (bool isDeaf in (bool[])[false, true])
        {
            Node leader = await context.Cluster.LeaderAsync();
            foreach (Node other in context.Others(leader))
            {
                (int from, int to) = isDeaf ? (other.Number, leader.Number) : (leader.Number, other.Number);
                context.Links[from, to] = Cut;
            }

            await context.HoldAsync(0.5);
            context.Links.Heal();
            await context.WhenServingAsync();
        }
    }

    /// <summary>Each node in turn is the only one that both its neighbours reach: the ring is cut between those.</summary>
    public static async Task PartitionRing(FaultContext context)
    {
        foreach (Node middle in context.Nodes)
        {
            Node[] neighbours = context.Others(middle);
            context.Links.SetBoth(neighbours[0].Number, neighbours[1].Number, Cut);
            await context.HoldAsync(0.33);
            context.Links.Heal();
            await context.WhenServingAsync();
        }
    }

    /// <summary>One directed link after the other breaks and comes back, several times a second.</summary>
    public static async Task PartitionFlapping(FaultContext context)
    {
        await context.RepeatAsync(async () =>
        {
            Node from = context.AnyNode();
            Node[] others = context.Others(from);
            Node to = others[context.Random.Next(others.Length)];
            context.Links[from.Number, to.Number] = Cut;
            await Task.Delay(50 + context.Random.Next(400));
            context.Links.Heal();
            await Task.Delay(context.Random.Next(200));
        });
        await context.WhenServingAsync();
    }

    /// <summary>Long and narrow lines.</summary>
    public static Task SlowLinks(FaultContext context) => EverywhereAsync(context, new LinkRule
    {
        Delay = TimeSpan.FromMilliseconds(40), Jitter = TimeSpan.FromMilliseconds(40), BytesPerSecond = 1 << 20,
    });

    /// <summary>One packet in ten is lost.</summary>
    public static Task Loss(FaultContext context) => EverywhereAsync(context, new LinkRule { Loss = 0.1, Delay = TimeSpan.FromMilliseconds(2) });

    /// <summary>One packet in five is overtaken.</summary>
    public static Task Reordering(FaultContext context) =>
        EverywhereAsync(context, new LinkRule { Reordering = 0.2, Jitter = TimeSpan.FromMilliseconds(5) });

    /// <summary>One packet in five comes twice, some late.</summary>
    public static Task Duplication(FaultContext context) =>
        EverywhereAsync(context, new LinkRule { Duplication = 0.2, Jitter = TimeSpan.FromMilliseconds(5) });

    private static async Task PartAsync(FaultContext context, Node node, double part)
    {
        context.Links.Part([node.Number], [.. context.Others(node).Select(other => other.Number)]);
        await context.HoldAsync(part);
        context.Links.Heal();
        await context.WhenServingAsync();
    }

    private static async Task EverywhereAsync(FaultContext context, LinkRule rule)
    {
        foreach (Node one in context.Nodes)
        {
            foreach (Node other in context.Others(one))
            {
                context.Links[one.Number, other.Number] = rule;
            }
        }

        await context.HoldAsync();
        context.Links.Heal();
        await context.WhenServingAsync();
    }
}
