using Nacre.Simulation.Tests.Storage;

namespace Nacre.Simulation.Tests;

/// <summary>The real storage engine over a recorded disk under a few seeds; <c>./build.sh Simulate --layer=storage</c> runs as many as one wants.</summary>
[TestFixture]
public sealed class StorageSimulationTests
{
    [Test]
    public void Engine_CutAtAnyFlush_KeepsItsPromises()
    {
        StorageReport report = StorageReport.Of(1, 2, threads: 2, isWhole: false);

        Assert.That(report.IsGood, Is.True, report.ToText());
        TestContext.Out.WriteLine(report.ToText());
    }

    [Test]
    public void Seed_RecordedTwice_GivesTheSameHash()
    {
        ulong first = StorageSimulation.Record(7);

        Assert.That(StorageSimulation.Record(7), Is.EqualTo(first));
        Assert.That(StorageSimulation.Record(8), Is.Not.EqualTo(first));
    }

    [Test]
    [Category("Long")]
    public void Seed_RunTwice_GivesTheSameHash()
    {
        StorageResult first = StorageSimulation.Run(9);
        StorageResult second = StorageSimulation.Run(9);

        Assert.That(second.Hash, Is.EqualTo(first.Hash));
        Assert.That(second.Images, Is.EqualTo(first.Images));
        Assert.That(second.Probes, Is.EqualTo(first.Probes));
    }

    /// <summary>Three at each build; <c>--bug=All</c> hunts for each.</summary>
    [TestCase("LogFlushSkipped")]
    [TestCase("LogFolderSyncSkipped")]
    [TestCase("NodeFileFlushSkipped")]
    public void PlantedBug_IsFoundByOrdinarySeeds(string bug)
    {
        StorageResult? found = StorageReport.Find(Enum.Parse<StorageBug>(bug), first: 1, seeds: 5);

        Assert.That(found, Is.Not.Null);
        TestContext.Out.WriteLine($"seed {found!.Seed}: {found.Violation}");
    }

    /// <summary>Within the seeds that CI runs.</summary>
    [TestCaseSource(nameof(PlantedBugs))]
    [Category("Long")]
    public void EachPlantedBug_IsFoundByOrdinarySeeds(string bug)
    {
        StorageResult? found = StorageReport.Find(Enum.Parse<StorageBug>(bug), first: 1, seeds: 5);

        Assert.That(found, Is.Not.Null);
        TestContext.Out.WriteLine($"seed {found!.Seed}: {found.Violation}");
    }

    private static IEnumerable<string> PlantedBugs() => Enum.GetNames<StorageBug>().Where(name => name != nameof(StorageBug.None));
}
