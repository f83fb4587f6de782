using Nacre.Simulation.Tests.Nodes;

namespace Nacre.Simulation.Tests;

/// <summary>The real replicas of whole nodes under a few seeds; <c>./build.sh Simulate --layer=nodes</c> runs as many as one wants.</summary>
[TestFixture]
public sealed class NodeSimulationTests
{
    private const int Seeds = 60;

    [Test]
    public void Nodes_UnderAnySeed_KeepTheirPromises()
    {
        NodeReport report = NodeReport.Of(1, Seeds, threads: 2);

        Assert.That(report.IsGood, Is.True, report.ToText());
        TestContext.Out.WriteLine(report.ToText());
    }

    [Test]
    public void Seed_RunTwice_GivesTheSameHash()
    {
        NodeResult first = NodeSimulation.Run(7);
        NodeResult second = NodeSimulation.Run(7);

        Assert.That(second.Hash, Is.EqualTo(first.Hash));
        Assert.That(NodeSimulation.Run(8).Hash, Is.Not.EqualTo(first.Hash));
    }

    [TestCaseSource(nameof(PlantedBugs))]
    public void PlantedBug_IsFoundByOrdinarySeeds(string bug)
    {
        NodeResult? found = NodeReport.Find(Enum.Parse<NodeBug>(bug), first: 1, seeds: 1_000);

        Assert.That(found, Is.Not.Null);
        TestContext.Out.WriteLine($"seed {found!.Seed}, event {found.Events}: {found.Violation}");
    }

    private static IEnumerable<string> PlantedBugs() => Enum.GetNames<NodeBug>().Where(name => name != nameof(NodeBug.None));
}
