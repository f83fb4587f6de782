namespace Nacre.Simulation.Tests.Nodes;

/// <summary>Breaks nodes, disks, clocks and the network, and mends them again.</summary>
internal sealed class Faults(NodeWorld world, Network network)
{
    public int Count { get; private set; }

    public async Task RunAsync()
    {
        network.LosesOneIn = world.Random.OneIn(2) ? world.Random.Next(100) + 20 : 0;
        while (!world.IsHealing)
        {
            await world.Delay(world.Between(30_000, 500_000));
            if (world.IsHealing)
            {
                break;
            }

            Node[] up = [.. network.Nodes.Where(node => node.IsUp)];
            if (up.Length > 0)
            {
                Count++;
                Break(up[world.Random.Next(up.Length)]);
            }
        }
    }

    /// <summary>Everything works again; whoever was down comes back.</summary>
    public void Heal()
    {
        network.LosesOneIn = 0;
        network.Mend();
        network.EndIsolation();
        foreach (Node node in network.Nodes)
        {
            node.IsDiskSlow = node.IsDiskFull = node.FailsFlush = false;
            node.Resume();
            if (!node.IsUp && !node.IsRetired && node.Replicas.Count > 0)
            {
                node.Start();
            }
        }
    }

    private void Break(Node node)
    {
        switch (world.Random.Next(13))
        {
            case 0 or 1:
                Crash(node);
                break;
            case 2:
                world.Hit(NodeProbe.AllCrashed);
                foreach (Node every in network.Nodes.Where(every => every.IsUp).ToArray())
                {
                    Crash(every);
                }

                break;
            case 3:
                world.Hit(NodeProbe.ProcessStopped);
                node.Pause();
                world.After(world.Between(20_000, 600_000), node.Resume);
                break;
            case 4:
                node.IsDiskSlow = true;
                world.After(world.Between(100_000, 1_000_000), () => node.IsDiskSlow = false);
                break;
            case 5:
                node.FailsFlush = true;
                break;
            case 6:
                node.IsDiskFull = true;
                world.After(world.Between(20_000, 500_000), () => node.IsDiskFull = false);
                break;
            case 7:
                world.Hit(NodeProbe.ClockSet);
                node.Clock.Offset += TimeSpan.FromSeconds(world.Between(-3_600, 3_600));
                if (world.Random.OneIn(2))
                {
                    Isolate(node);
                }

                break;
            case 8:
                // Within a checkpoint or a snapshot of the control shard, or a write of the log; else at the next one.
                node.Files.CrashAt(node.Files.Changes + world.Between(1, 14), world.Random.NextUInt64());
                break;
            case 9:
                Isolate(node);
                break;
            case 10:
                network.Break(node.Id, network.Nodes.ElementAt(world.Random.Next(network.Nodes.Count)).Id);
                break;
            default:
                Partition(node);
                break;
        }
    }

    private void Crash(Node node) => node.CrashFor(world.Between(20_000, 800_000));

    /// <summary>A node is alone for longer than a lease lasts.</summary>
    private void Isolate(Node node)
    {
        world.Hit(NodeProbe.NodeIsolated);
        network.Isolate(node.Id, world.Between(600_000, 1_600_000));
    }

    private void Partition(Node node)
    {
        Node[] nodes = [.. network.Nodes];
        int kind = world.Random.Next(4);
        world.Hit(kind switch { 0 => NodeProbe.PartitionCutOff, 1 => NodeProbe.PartitionOneWay, 2 => NodeProbe.PartitionHalves, _ => NodeProbe.PartitionRing });
        for (int a = 0; a < nodes.Length; a++)
        {
            for (int b = 0; b < nodes.Length; b++)
            {
                bool isCut = kind switch
                {
                    0 => nodes[a] == node || nodes[b] == node,
                    1 => nodes[a] == node,
                    2 => (a < nodes.Length / 2) != (b < nodes.Length / 2),
                    _ => nodes.Length > 3 && Math.Abs(a - b) is not 1 && Math.Abs(a - b) != nodes.Length - 1,
                };
                if (isCut && a != b)
                {
                    network.Cut(nodes[a].Id, nodes[b].Id);
                }
            }
        }

        world.After(world.Between(50_000, 900_000), network.Mend);
    }
}
