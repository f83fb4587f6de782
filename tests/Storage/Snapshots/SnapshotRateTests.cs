using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Storage.Documents;
using Nacre.Storage.Files;
using Nacre.Storage.Tests.Documents;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Snapshots;

/// <summary>How quickly a snapshot is copied on this machine's disk, and what writers notice. Prints.</summary>
[TestFixture]
[Category("Long")]
public sealed class SnapshotRateTests
{
    private const int DocumentBytes = 16_000;
    private const int Batch = 16;
    private readonly SeededRandom _random = new(1);
    private ulong _index;
    private ulong _sequence;

    [Test]
    public async Task HoldAndCopy_OfAbout300MegaBytes_TellsItsRate()
    {
        string root = Directory.CreateTempSubdirectory("nacre-snapshot-").FullName;
        try
        {
            using DocumentShards from = Make(Path.Combine(root, "from"));
            using DocumentShards to = Make(Path.Combine(root, "to"));
            DocumentShard shard = from.Open(DocumentWorkbench.Shard);
            await using IStateMachine machine = shard.Machine;
            machine.Apply([Entry(RangeCommand.Activate(DocumentWorkbench.Range(), 0).Encode(), null)], new CommandOutcome[1]);
            for (int at = 0; at < 19_000 / Batch; at++)
            {
                ApplyBatch(machine);
            }

            await machine.BeginCheckpoint();
            var clock = Stopwatch.StartNew();
            using ISnapshotSource source = from.SnapshotsOf(DocumentWorkbench.Shard).Hold().Value;
            await TestContext.Out.WriteLineAsync($"hold: {clock.Elapsed.TotalMilliseconds:f1} ms, {source.Manifest.Files.Length} files, {source.Manifest.Files.Sum(file => file.Length) / 1e6:f0} MB");
            await TestContext.Out.WriteLineAsync($"alone: {Batches(machine, TimeSpan.FromSeconds(2)):f0} documents/s");
            await CopyAsync(source, to, machine, writes: false);
            to.SnapshotsOf(DocumentWorkbench.Shard).Clear();
            await CopyAsync(source, to, machine, writes: true);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private async Task CopyAsync(ISnapshotSource source, DocumentShards to, IStateMachine machine, bool writes)
    {
        // Another id, so that each copy begins anew.
        SnapshotManifest manifest = source.Manifest with { Id = writes ? UInt128.One : UInt128.Zero };
        using ISnapshotTarget target = to.SnapshotsOf(DocumentWorkbench.Shard).Receive(manifest).Value;
        var clock = Stopwatch.StartNew();
        Task<TimeSpan> copying = Task.Run(() => Copy(source, target, clock));
        int written = 0;
        TimeSpan worst = default;
        while (writes && !copying.IsCompleted)
        {
            TimeSpan began = clock.Elapsed;
            ApplyBatch(machine);
            worst = clock.Elapsed - began > worst ? clock.Elapsed - began : worst;
            written += Batch;
        }

        TimeSpan took = await copying;
        clock.Restart();
        Assert.That(target.Complete().IsOk);
        await TestContext.Out.WriteLineAsync(
            $"copy, writers {writes}: {manifest.Files.Sum(file => file.Length) / 1e6 / took.TotalSeconds:f0} MB/s; {written / took.TotalSeconds:f0} documents/s meanwhile, worst batch {worst.TotalMilliseconds:f0} ms; verified in {clock.Elapsed.TotalSeconds:f1} s");
    }

    private static TimeSpan Copy(ISnapshotSource source, ISnapshotTarget target, Stopwatch clock)
    {
        byte[] part = new byte[1 << 20];
        int parts = 0;
        for (int file = 0; file < source.Manifest.Files.Length; file++)
        {
            for (long at = 0; at < source.Manifest.Files[file].Length;)
            {
                int read = source.Read(file, at, part);
                target.Write(file, at, part.AsSpan(0, read));
                at += read;
                if (++parts % 16 == 0)
                {
                    target.Flush();
                }
            }
        }

        target.Flush();
        return clock.Elapsed;
    }

    private double Batches(IStateMachine machine, TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        int written = 0;
        while (clock.Elapsed < time)
        {
            ApplyBatch(machine);
            written += Batch;
        }

        return written / clock.Elapsed.TotalSeconds;
    }

    private void ApplyBatch(IStateMachine machine)
    {
        var records = new LogRecord[Batch];
        for (int at = 0; at < Batch; at++)
        {
            ItemOperation[] operations = [DocumentWorkbench.Upsert($"i{_sequence}", Convert.ToHexString(_random.Bytes(DocumentBytes / 2)))];
            byte[] command = new byte[ItemCommand.SizeOf(operations)];
            ItemCommand.Write(operations, command);
            records[at] = Entry(command, DocumentWorkbench.Range());
        }

        machine.Apply(records, new CommandOutcome[Batch]);
    }

    private LogRecord Entry(byte[] command, RangeDefinition? range) => new(new LogIndex(++_index), new Term(1), EntryCodec.Encode(
        new EntryHeader
        {
            Kind = EntryKind.Data,
            Cluster = DocumentWorkbench.Cluster,
            Shard = DocumentWorkbench.Shard,
            Sequence = new Sequence(++_sequence),
            Time = DocumentWorkbench.Epoch,
            Range = range?.Range ?? default,
            Generation = range?.Generation ?? default,
            Container = range?.Container ?? default,
        },
        command));

    private static DocumentShards Make(string folder) => new(
        new DocumentShardsOptions { Directory = folder, Cluster = DocumentWorkbench.Cluster, MemoryBytesPerShard = 128 << 20 },
        PosixFileSystem.Instance, new TestDataKeys(), new SeededRandom((ulong)folder.Length), TimeProvider.System, NullLogger.Instance);
}
