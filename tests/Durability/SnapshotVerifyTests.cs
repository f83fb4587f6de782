using System.Text;
using Nacre.Durability.Tests.Support;
using Nacre.Testing;

namespace Nacre.Durability.Tests;

/// <summary>The offline check of a folder whose machine lost its power while a snapshot took a shard's place.</summary>
[TestFixture]
public sealed class SnapshotVerifyTests
{
    [Test]
    public async Task Verify_WhileASnapshotTakesTheShardsPlace_ReportsNoDamage()
    {
        SimulatedFileSystem disk = await SimulatedNode.MakeDiskAsync();
        await using (SimulatedNode node = await SimulatedNode.StartAsync(disk))
        {
            await node.Items.UpsertJsonAsync(Encoding.UTF8.GetBytes("""{"id":"a","pk":"a"}"""));
            disk.Crash();
        }

        SimulatedFileSystem after = disk.Reboot(seed: 1);
        string shard = Path.Combine(SimulatedNode.Folder, "shards", "1");
        foreach (string path in after.AllFiles.Where(path => path.StartsWith(shard + "/", StringComparison.Ordinal)).ToArray())
        {
            // Some of the snapshot's files are still beside the folder, and what was in it is gone.
            after.Lose(path);
        }

        Assert.That(await OfflineCheck.RunAsync(after), Is.Not.Empty, "without a mark these files are missing");

        after.Put(shard + ".incoming/install", [1]);

        Assert.That(await OfflineCheck.RunAsync(after), Is.Empty);
    }
}
