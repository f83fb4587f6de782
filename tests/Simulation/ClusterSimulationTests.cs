using Nacre.Simulation.Tests.Cluster;

namespace Nacre.Simulation.Tests;

/// <summary>A few seeds at each build; <c>./build.sh Simulate</c> runs as many as one wants.</summary>
[TestFixture]
public sealed class ClusterSimulationTests
{
    private const int Seeds = 60;

    [Test]
    public void Cluster_UnderAnySeed_KeepsItsPromises()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            SimulationResult result = new World(seed, Bug.None).Run();

            Assert.That(result.Violation, Is.Null, $"seed {seed}");
            Assert.That(result.Counts, $"seed {seed}: {result}");
        }
    }

    [Test]
    public void Seed_RunTwice_GivesTheSameHash()
    {
        SimulationResult first = new World(7, Bug.None).Run();
        SimulationResult second = new World(7, Bug.None).Run();
        SimulationResult other = new World(8, Bug.None).Run();

        Assert.That(second.Hash, Is.EqualTo(first.Hash));
        Assert.That(other.Hash, Is.Not.EqualTo(first.Hash));
    }

    [TestCaseSource(nameof(PlantedBugs))]
    public void PlantedBug_IsFoundByOrdinarySeeds(string bug)
    {
        SimulationResult? found = SimulateCommand.Find(Enum.Parse<Bug>(bug), first: 1, seeds: 1_000);

        Assert.That(found, Is.Not.Null);
        TestContext.Out.WriteLine($"seed {found!.Seed}, event {found.Events}: {found.Violation}");
    }

    private static IEnumerable<string> PlantedBugs() => Enum.GetNames<Bug>().Where(name => name != nameof(Bug.None));
}
