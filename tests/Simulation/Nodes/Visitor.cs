namespace Nacre.Simulation.Tests.Nodes;

/// <summary>Makes requests at all nodes, under permissions that may be withdrawn at any moment.</summary>
internal sealed class Visitor(NodeWorld world, Network network, PermissionRules permissions)
{
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

            (string user, string name) = permissions.Recent[world.Random.Next(permissions.Recent.Count)];
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
