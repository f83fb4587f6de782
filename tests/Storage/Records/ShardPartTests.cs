using Nacre.Storage.Devices;
using Nacre.Storage.Records;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Records;

/// <summary>Index checkpoints and the points that they serve.</summary>
[TestFixture]
public sealed class ShardPartTests
{
    [Test]
    public async Task Capture_OfAPointBeforeTheIndexCheckpoint_DoesNotNameIt()
    {
        using StoreBench bench = new(new SimulatedFileSystem())
        {
            Configure = options => options with { MemoryBytes = 17 << 17, IndexCheckpointBytes = 1 << 16 },
        };
        bench.Files.CreateDirectory(StoreBench.Folder);
        ShardStoreOptions options = bench.Options(bench.Files);
        await using ShardPart part = ShardPart.Open(
            options, new DeviceFaults(), new StoreId(1), new BlockGeometry(1), BlockLogKind.Items, recovered: null);
        Fill(part, 1, 600);
        RecordLogState before = part.Records.FixPoint();
        Fill(part, 601, 10);

        part.MaintainIndex(before);
        await part.IndexIdleAsync();
        RecordLogState after = part.Records.FixPoint();
        await part.Device.WrittenAsync(after.End);

        // The index may know records beyond the earlier point: recovered with it, they would be found and not be there.
        Assert.That(part.Capture(before).Index, Is.Null);
        Assert.That(part.Capture(after).Index, Is.Not.Null);
    }

    private static void Fill(ShardPart part, ulong first, ulong count)
    {
        for (ulong key = first; key < first + count; key++)
        {
            part.Records.Write(RecordKey.Node(key), new byte[3000], []);
        }
    }
}
