using Nacre.Storage.Records;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Records;

/// <summary>The contract over FASTER on a simulated disk.</summary>
[TestFixture]
public sealed class ShardStoreTests : ShardStoreContract
{
    private StoreBench _bench = new(new SimulatedFileSystem());

    [TearDown]
    public void CloseBench() => _bench.Dispose();

    private protected override int ModelRuns => 25;

    private protected override IShardStore OpenNew()
    {
        _bench.Dispose();
        _bench = new StoreBench(new SimulatedFileSystem());
        return _bench.Open();
    }

    private protected override IShardStore Reopen() => _bench.Open();

    private protected override void LoseNewestManifest() => _bench.Files.FlipBit(_bench.Named("manifest-").Max()!, 100, 3);
}
