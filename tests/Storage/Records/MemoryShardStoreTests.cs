using Nacre.Storage.Records;
using Nacre.Storage.Records.Memory;

namespace Nacre.Storage.Tests.Records;

/// <summary>The contract over the in-memory store.</summary>
[TestFixture]
public sealed class MemoryShardStoreTests : ShardStoreContract
{
    private MemoryShardDisk _disk = new();

    private protected override IShardStore OpenNew()
    {
        _disk = new MemoryShardDisk();
        return _disk.Open();
    }

    private protected override IShardStore Reopen() => _disk.Open();

    private protected override void LoseNewestManifest() => _disk.LoseNewest();

    [Test]
    public async Task BeginCheckpoint_Held_IsDurableOnlyWhenReleased()
    {
        MemoryShardDisk disk = new() { HoldCheckpoints = true };
        await using MemoryShardStore store = disk.Open();

        Task checkpoint = store.BeginCheckpoint(new Nacre.Core.Ids.LogIndex(1), default);

        Assert.That(checkpoint.IsCompleted, Is.False);
        Assert.That(disk.Newest, Is.Null);
        Assert.That(disk.ReleaseCheckpoint(), Is.True);
        await checkpoint;
        Assert.That(disk.Newest, Is.Not.Null);
        Assert.That(disk.ReleaseCheckpoint(), Is.False);
    }

    [Test]
    public async Task HasRoom_OnAFullDisk_IsFalse()
    {
        MemoryShardDisk disk = new() { Full = true };
        await using MemoryShardStore store = disk.Open();

        Assert.That(store.HasRoom, Is.False);
    }
}
