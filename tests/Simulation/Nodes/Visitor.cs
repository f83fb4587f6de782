namespace Nacre.Simulation.Tests.Nodes;

/// <summary>Makes requests at all nodes, under permissions that may be withdrawn at any moment.</summary>
internal sealed class Visitor(NodeWorld world, Network network, PermissionRules permissions)
{
    private const int Newest = 2;

    public async Task RunAsync()
    {
        while (!world.IsHealing)
        {
            await world.Delay(world.Between(500, 4_000));
            Node node = network.Nodes.ElementAt(world.Random.Next(network.Nodes.Count));
            if (!node.IsUp || permissions.Recent.Count == 0)
            {
                continue;
            }

            // Those that are being withdrawn are among the newest.
            int among = world.Random.OneIn(2) ? permissions.Recent.Count : Math.Min(permissions.Recent.Count, Newest);
            (string user, string name) = permissions.Recent[^(1 + world.Random.Next(among))];
            bool wasWithdrawn = permissions.IsWithdrawn(name);
            node.Run(() =>
            {
                if (node.Authority is { } authority && authority.Serves(user, name))
                {
                    permissions.Served(name, wasWithdrawn, node);
                }
            });
        }
    }
}
