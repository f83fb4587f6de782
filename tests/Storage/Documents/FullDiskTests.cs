using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Storage.Documents;
using Nacre.Testing;
using static Nacre.Storage.Tests.Documents.DocumentWorkbench;

namespace Nacre.Storage.Tests.Documents;

/// <summary>What was accepted before a disk filled up can be applied, and a checkpoint after it.</summary>
[TestFixture]
public sealed class FullDiskTests
{
    private const long Pending = 4L << 20;

    [TestCase(100)]
    [TestCase(70_000)]
    [TestCase(1 << 20)]
    public async Task Apply_OfAllThatMayBePending_FindsRoomOnAFullDisk(int bytes)
    {
        var files = new SimulatedFileSystem();
        files.CreateDirectory("/data");
        using DocumentShards shards = new(
            new DocumentShardsOptions
            {
                Directory = "/data",
                Cluster = Cluster,
                MemoryBytesPerShard = DocumentShards.LeastMemoryBytes,
                PendingBytes = Pending,
                SegmentBytes = 1 << 20,
            },
            files, new TestDataKeys(), new SeededRandom(1), TimeProvider.System, NullLogger.Instance);
        DocumentShard shard = shards.Open(Shard);
        await using Core.StateMachines.IStateMachine machine = shard.Machine;
        var log = new DocumentWorkbench();
        RangeDefinition range = Range();
        int made = 0;
        Apply(log.Propose(RangeCommand.Activate(range, 0).Encode()));
        files.QuotaBytes = files.UsedBytes;
        while (machine.HasRoom)
        {
            Apply(Next());
        }

        for (long applied = 0; applied < Pending;)
        {
            Core.Log.LogRecord record = Next();
            Apply(record);
            applied += record.Entry.Length;
        }

        Assert.That(machine.HasRoom, Is.False, "there was none but the reserve");

        // A checkpoint's manifest holds what the trees have buffered: it takes some space that the reserve does not keep.
        files.QuotaBytes = files.UsedBytes + (8 << 20);
        await machine.BeginCheckpoint();
        Assert.That(shard.Machine.Applied, Is.EqualTo(new LogIndex((ulong)made + 1)));

        Core.Log.LogRecord Next() => log.Propose(range, IdempotencyKey.None, Create($"id-{made++}", new string('v', bytes)));

        void Apply(Core.Log.LogRecord record)
        {
            var outcomes = new Core.StateMachines.CommandOutcome[1];
            machine.Apply([record], outcomes);
            Assert.That(outcomes[0].Code, Is.EqualTo(Core.Errors.ErrorCode.None));
        }
    }
}
