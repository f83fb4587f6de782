using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Storage.Devices;
using Nacre.Storage.Documents;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Storage;

/// <content>A snapshot that comes from elsewhere and takes the place of the data shard's store.</content>
internal sealed partial class Workload
{
    /// <summary>A leader that has all of this node's entries and some more sends its checkpoint.</summary>
    private async Task InstallAsync()
    {
        using var io = new IoThreads(2);
        MemoryDisk elsewhere = _disk.Copy();
        NodeParts parts = _parts with { Random = new SeededRandom(_random.NextUInt64()), Bug = StorageBug.None, Mark = null };
        (DocumentStateMachine leader, DocumentSnapshots snapshots) = StorageNode.OpenTwin(elsewhere, _node.Ring, io, parts);
        await using (leader)
        {
            Term term = _node.Log.StateOf(StorageNode.Data).HardState.Term;
            while (leader.Applied.Value < History.Data.Last)
            {
                Apply(leader, await _node.Log.ReadAsync(StorageNode.Data, leader.Applied.Next, 1 << 20, default));
            }

            for (int more = _random.Next(4) + 1; more > 0; more--)
            {
                ItemOperation[] operations = DrawOperations();
                byte[] entry = EntryCodec.Encode(Items.Header(operations.Length, 0), Items.Encode(operations));
                EntryCodec.Stamp(entry, new LeaderStamp(
                    StorageNode.Cluster, StorageNode.Data, default, new WriteEpoch(1), new RegionId(1), leader.AppliedSequence.Next, _clock.GetUtcNow(), default));
                var record = new LogRecord(leader.Applied.Next, term, entry);
                History.Add(record);
                Apply(leader, [record]);
            }

            await leader.BeginCheckpoint();
            using ISnapshotSource source = snapshots.Hold().Value;
            using ISnapshotTarget target = _node.DataSnapshots.Receive(source.Manifest).Value;
            Copy(source, target);
            Result<Unit> complete = target.Complete();
            Require(complete.IsOk, "a snapshot is whole", complete.Error?.Message);
            await _node.InstallAsync(target, term);
        }

        await AfterStartAsync();
        Probe(true, "a snapshot was put in place");
    }

    private void Copy(ISnapshotSource from, ISnapshotTarget to)
    {
        byte[] part = new byte[100_000];
        for (int file = 0; file < from.Manifest.Files.Length; file++)
        {
            for (long at = 0; at < from.Manifest.Files[file].Length; at = to.Received[file])
            {
                to.Write(file, at, part.AsSpan(0, from.Read(file, at, part)));
                if (_random.OneIn(4))
                {
                    to.Flush();
                }
            }
        }
    }

    private static void Apply(DocumentStateMachine machine, IReadOnlyList<LogRecord> records)
    {
        LogRecord[] batch = [.. records];
        machine.Apply(batch, new CommandOutcome[batch.Length]);
    }
}
