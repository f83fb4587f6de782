using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.SharedLog;
using Nacre.Testing;

namespace Nacre.Storage.Tests.SharedLog;

/// <summary>Stored bytes that change behind the log's back, after a clean stop and after a crash.</summary>
[TestFixture]
public sealed class LogCorruptionTests
{
    private const int Block = 4096;

    [Test]
    public async Task Verify_AfterCleanStop_ReportsEveryCorruption()
    {
        History history = await History.MakeAsync(seed: 11);
        Assert.That(Verify(history.Files, history.Keys, history.End).Findings, Is.Empty, "sound before");
        var chance = new SeededRandom(12);

        for (int round = 0; round < 400; round++)
        {
            SimulatedFileSystem files = history.Files.Clone();
            string what = Corrupt(files, history, chance);

            LogVerification result = Verify(files, history.Keys, history.End);

            Assert.That(result.IsSound, Is.False, $"round {round}: {what}");
            Assert.That(result.Findings.Select(finding => finding.File), Is.All.StartsWith(LogBench.Folder));
            Assert.That(result.Findings.Select(finding => finding.Place), Is.All.Not.Empty);
            Assert.That(() => history.Open(files), Throws.TypeOf<StorageFaultException>()
                .With.Property("Kind").EqualTo(StorageFaultKind.Corrupt), $"round {round}: {what}");
        }
    }

    [Test]
    public async Task Verify_WithoutTheKeptEnd_ReportsEveryCorruptionOfBytes()
    {
        History history = await History.MakeAsync(seed: 21);
        var chance = new SeededRandom(22);

        for (int round = 0; round < 200; round++)
        {
            SimulatedFileSystem files = history.Files.Clone();
            string what = chance.Next(3) switch
            {
                0 => FlipBit(files, chance),
                1 => Cut(files, chance),
                _ => SwapBlocks(files, chance),
            };

            Assert.That(Verify(files, history.Keys, null).Findings, Is.Not.Empty, $"round {round}: {what}");
        }
    }

    [Test]
    public async Task Open_OfACorruptedUnsealedLog_NeverGivesWrongEntries()
    {
        // Without a seal the last frames cannot prove that they were whole; but what is given back is right.
        for (ulong seed = 0; seed < 150; seed++)
        {
            var chance = new SeededRandom(seed + 5000);
            var bench = new LogBench(seed);
            var workload = new LogWorkload(bench, seed);
            bench.Open();
            for (int step = 0; step < 30; step++)
            {
                await workload.StepAsync();
            }

            LogModel model = workload.Durable;
            bench.Files = bench.Files.Clone();
            string what = chance.Next(3) switch
            {
                0 => FlipBit(bench.Files, chance),
                1 => Cut(bench.Files, chance),
                _ => SwapBlocks(bench.Files, chance),
            };

            try
            {
                bench.Open();
            }
            catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.Corrupt)
            {
                continue;
            }

            Assert.That(await model.FirstWrongEntryAsync(bench.Log), Is.Null, $"seed {seed}: {what}");
        }
    }

    [Test]
    public void Open_WithABadFrameThatALaterOneProves_Refuses()
    {
        var bench = new LogBench();
        bench.Open();
        bench.Append(1, 1, 1, new byte[100]);
        bench.Append(1, 2, 1, new byte[100]);
        string path = bench.Log.Segments[^1].Path;
        bench.Files = bench.Files.Clone();
        bench.Files.FlipBit(path, Block + 200, 3);

        StorageFaultException? fault = Assert.Throws<StorageFaultException>(() => bench.Open());

        Assert.That(fault!.Kind, Is.EqualTo(StorageFaultKind.Corrupt));
        Assert.That(fault.File, Is.EqualTo(path));
        Assert.That(fault.Place, Is.EqualTo("offset 4096, frame 1"));
    }

    [Test]
    public void Open_WithABadLastFrame_CutsItAndSaysSo()
    {
        var bench = new LogBench();
        bench.Open();
        bench.Append(1, 1, 1, new byte[100]);
        bench.Append(1, 2, 1, new byte[100]);
        string path = bench.Log.Segments[^1].Path;
        bench.Files = bench.Files.Clone();
        bench.Files.FlipBit(path, (2 * Block) + 200, 3);

        bench.Open();

        Assert.That(bench.Log.Recovery.TailCut, Is.EqualTo(new LogTailCut(path, 2 * Block, 2)));
        Assert.That(bench.Log.StateOf(new ShardId(1)).LastIndex, Is.EqualTo(new LogIndex(1)));
    }

    [Test]
    public void Open_WithABadLastFrameBeforeAnIdleSeal_Refuses()
    {
        var bench = new LogBench();
        bench.Open();
        bench.Append(1, 1, 1, new byte[100]);
        bench.Time.Advance(TimeSpan.FromSeconds(3));
        bench.Log.Pump();
        string path = bench.Log.Segments[^1].Path;
        bench.Files = bench.Files.Clone();
        bench.Files.FlipBit(path, Block + 200, 3);

        Assert.That(() => bench.Open(), Throws.TypeOf<StorageFaultException>()
            .With.Property("Kind").EqualTo(StorageFaultKind.Corrupt));
    }

    [Test]
    public async Task Open_OfADamagedLog_ChangesNothingOnDisk()
    {
        History history = await History.MakeAsync(seed: 31);
        SimulatedFileSystem files = history.Files.Clone();
        files.FlipBit(files.AllFiles[0], Block + 10, 1);

        Assert.That(() => history.Open(files), Throws.TypeOf<StorageFaultException>());

        Assert.That(files.Changes, Is.Zero);
    }

    [Test]
    public async Task Open_UnderOtherKeys_RefusesAndRemovesNothing()
    {
        History history = await History.MakeAsync(seed: 41);
        SimulatedFileSystem files = history.Files.Clone();
        history.Keys.Destroy(history.Keys.Current(KeyDomainId.Shared));

        Assert.That(() => history.Open(files), Throws.TypeOf<StorageFaultException>().With.Message.Contains("is not known"));

        Assert.That(files.Changes, Is.Zero);
    }

    private static LogVerification Verify(SimulatedFileSystem files, TestDataKeys keys, LogEnd? end) =>
        LogVerifier.Verify(files, LogBench.Folder, keys, end);

    private static string Corrupt(SimulatedFileSystem files, History history, SeededRandom chance) => chance.Next(8) switch
    {
        0 or 1 => FlipBit(files, chance),
        2 => Cut(files, chance),
        3 => SwapBlocks(files, chance),
        4 => Extend(files, chance),
        5 => Lose(files, chance),
        6 => PutOlderBlock(files, history, chance),
        _ => PutOlderFile(files, history, chance),
    };

    private static string Pick(SimulatedFileSystem files, SeededRandom chance) =>
        files.AllFiles[chance.Next(files.AllFiles.Count)];

    private static string FlipBit(SimulatedFileSystem files, SeededRandom chance)
    {
        string path = Pick(files, chance);
        int position = chance.Next(files.Get(path).Length);
        files.FlipBit(path, position, chance.Next(8));
        return $"bit flipped at {position} of {path}";
    }

    private static string Cut(SimulatedFileSystem files, SeededRandom chance)
    {
        string path = Pick(files, chance);
        int length = chance.Next(files.Get(path).Length);
        files.Cut(path, length);
        return $"{path} cut to {length}";
    }

    private static string SwapBlocks(SimulatedFileSystem files, SeededRandom chance)
    {
        while (true)
        {
            string path = Pick(files, chance);
            byte[] content = files.Get(path);
            int first = chance.Next(content.Length / Block) * Block;
            int second = chance.Next(content.Length / Block) * Block;
            if (!content.AsSpan(first, Block).SequenceEqual(content.AsSpan(second, Block)))
            {
                files.SwapBlocks(path, first, second, Block);
                return $"blocks at {first} and {second} of {path} swapped";
            }
        }
    }

    private static string Extend(SimulatedFileSystem files, SeededRandom chance)
    {
        string path = Pick(files, chance);
        files.Put(path, [.. files.Get(path), .. chance.Bytes(1 + chance.Next(Block))]);
        return $"{path} extended";
    }

    private static string Lose(SimulatedFileSystem files, SeededRandom chance)
    {
        string path = Pick(files, chance);
        files.Lose(path);
        return $"{path} lost";
    }

    private static string PutOlderBlock(SimulatedFileSystem files, History history, SeededRandom chance)
    {
        while (true)
        {
            (string path, byte[] older) = history.Older[chance.Next(history.Older.Count)];
            if (!files.AllFiles.Contains(path))
            {
                continue;
            }

            byte[] content = files.Get(path);
            int position = chance.Next(Math.Min(content.Length, older.Length) / Block) * Block;
            if (!content.AsSpan(position, Block).SequenceEqual(older.AsSpan(position, Block)))
            {
                older.AsSpan(position, Block).CopyTo(content.AsSpan(position));
                files.Put(path, content);
                return $"older block at {position} of {path} put back";
            }
        }
    }

    private static string PutOlderFile(SimulatedFileSystem files, History history, SeededRandom chance)
    {
        while (true)
        {
            (string path, byte[] older) = history.Older[chance.Next(history.Older.Count)];
            if (!files.AllFiles.Contains(path) || !files.Get(path).AsSpan().SequenceEqual(older))
            {
                files.Put(path, older);
                return $"older {path} put back";
            }
        }
    }

    /// <summary>A log with some life behind it, stopped cleanly, and what its files held on the way.</summary>
    private sealed record History(SimulatedFileSystem Files, TestDataKeys Keys, LogEnd End, List<(string Path, byte[] Content)> Older)
    {
        public static async Task<History> MakeAsync(ulong seed)
        {
            var bench = new LogBench(seed);
            var workload = new LogWorkload(bench, seed);
            var older = new List<(string, byte[])>();
            bench.Open();
            for (int step = 0; step < 150; step++)
            {
                await workload.StepAsync();
                if (step % 10 == 0)
                {
                    older.AddRange(bench.Files.AllFiles.Select(path => (path, bench.Files.Get(path))));
                }
            }

            LogEnd end = await bench.CloseAsync();
            Assert.That(bench.Files.AllFiles, Has.Count.GreaterThan(2), "several segments stand");
            return new History(bench.Files, bench.Keys, end, older);
        }

        public SegmentedLog Open(SimulatedFileSystem files)
        {
            var bench = new LogBench { Files = files };
            return SegmentedLog.OpenManual(bench.Options, files, Keys, bench.Random, bench.Time, null, End);
        }
    }
}
