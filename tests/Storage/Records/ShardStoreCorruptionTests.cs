using System.Text;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Records;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Records;

/// <summary>Damage to every kind of file: always told, never a wrong or silently missing record.</summary>
[TestFixture]
public sealed class ShardStoreCorruptionTests
{
    private const int BlockBytes = 4096;
    private const ulong Records = 1500;
    private const string Marker = "mother-of-pearl marker text";

    private StoreBench _bench = new(new SimulatedFileSystem());
    private SimulatedFileSystem _sound = new();
    private SimulatedFileSystem _earlier = new();

    /// <summary>Corruptions of each kind of file; a kept run sets NACRE_CORRUPTION_RUNS to 1000.</summary>
    private static int Runs =>
        int.TryParse(Environment.GetEnvironmentVariable("NACRE_CORRUPTION_RUNS"), out int runs) ? runs : 30;

    [OneTimeSetUp]
    public async Task BuildStoreAsync()
    {
        _bench = new StoreBench(new SimulatedFileSystem())
        {
            Configure = options => options with { MemoryBytes = 17 << 17, IndexCheckpointBytes = 1 << 18 },
        };

        // Blocks beyond the first checkpoint are written, lost in a crash, and written again with other content.
        await using (ShardStore store = _bench.Open())
        {
            WriteRecords(store, 1, 499);
            await store.BeginCheckpoint(new LogIndex(1), "meta"u8.ToArray());
            WriteRecords(store, 5000, 400);
            await FlushAsync(store);
        }

        _earlier = _bench.Files.Clone();
        Remove(_bench.Files, "manifest-", keep: 1);
        await using (ShardStore store = _bench.Open())
        {
            Assert.That(store.RecoveredIndex.Value, Is.EqualTo(1));
            WriteRecords(store, 500, 500);
            await store.BeginCheckpoint(new LogIndex(2), "meta"u8.ToArray());
            await store.IndexIdleAsync();
            await store.BeginCheckpoint(new LogIndex(3), "meta"u8.ToArray());
            await store.IndexIdleAsync();
            WriteRecords(store, 1000, 500);
            await store.BeginCheckpoint(new LogIndex(4), "meta"u8.ToArray());
        }

        _sound = _bench.Files;
        Assert.That(Named(_sound, "items-index-"), Is.Not.Empty, "there is a file of every kind");
    }

    [OneTimeTearDown]
    public void CloseBench() => _bench.Dispose();

    [Test]
    public void Verify_OfASoundStore_FindsNothing()
    {
        StoreVerification verification = Verify(_sound);

        Assert.That(verification.Findings, Is.Empty);
        Assert.That(verification.Generations, Has.Count.EqualTo(2));
        Assert.That(verification.Blocks, Is.GreaterThan(500));
    }

    [Test]
    public void Files_Always_HoldNoClearText()
    {
        Assert.That(_sound.FindBytes(Encoding.UTF8.GetBytes(Marker)), Is.Null);
        Assert.That(_earlier.FindBytes(Encoding.UTF8.GetBytes(Marker)), Is.Null);
        Assert.That(Encoding.UTF8.GetString(Content(7)), Does.Contain(Marker), "the marker would be there");
    }

    [TestCase("items-0")]
    [TestCase("nodes-0")]
    [TestCase("items-index-")]
    [TestCase("manifest-")]
    public async Task Damage_OfAnyKind_IsToldByVerifyAndNeverReadAsData(string kind)
    {
        string[] files = [.. Named(_sound, kind)];
        Assert.That(files, Is.Not.Empty);
        for (ulong seed = 1; seed <= (ulong)Runs; seed++)
        {
            SeededRandom random = new(seed);
            SimulatedFileSystem disk = _sound.Clone();
            string file = files[random.Next(files.Length)];
            string? damage = Damage(disk, file, random);
            if (damage is null)
            {
                continue;
            }

            string context = $"{damage} in {file}, seed {seed}";
            StoreVerification verification = Verify(disk);
            Assert.That(verification.Findings.Select(finding => finding.File), Does.Contain(file), context);
            await ReadAllAsync(disk, context);
        }
    }

    [Test]
    public void Verify_OfAMissingFile_NamesIt([Values("items-0", "nodes-0", "items-index-")] string kind)
    {
        SimulatedFileSystem disk = _sound.Clone();
        string file = Named(disk, kind).First();
        disk.Lose(file);

        Assert.That(Verify(disk).Findings.Select(finding => finding.File), Does.Contain(file));
    }

    [Test]
    public void Open_WithAMissingSegment_IsCorrupt()
    {
        SimulatedFileSystem disk = _sound.Clone();
        disk.Lose(Named(disk, "items-0").First());

        StorageFaultException fault = Assert.Throws<StorageFaultException>(() => ShardStore.Open(_bench.Options(disk)))!;
        Assert.That(fault.Kind, Is.EqualTo(StorageFaultKind.Corrupt));
    }

    [Test]
    public void Open_WithoutAnyUsableManifest_IsCorrupt()
    {
        SimulatedFileSystem disk = _sound.Clone();
        foreach (string manifest in Named(disk, "manifest-"))
        {
            disk.FlipBit(manifest, 200, 5);
        }

        StorageFaultException fault = Assert.Throws<StorageFaultException>(() => ShardStore.Open(_bench.Options(disk)))!;
        Assert.That(fault.Kind, Is.EqualTo(StorageFaultKind.Corrupt));
    }

    [Test]
    public void Open_OfAnotherShardsFolder_IsCorrupt()
    {
        ShardStoreOptions options = _bench.Options(_sound.Clone()) with { Shard = new ShardId(2) };

        StorageFaultException fault = Assert.Throws<StorageFaultException>(() => ShardStore.Open(options))!;
        Assert.That(fault.Kind, Is.EqualTo(StorageFaultKind.Corrupt));
    }

    [Test]
    public async Task Open_WithoutTheDataKey_IsCorrupt()
    {
        using StoreBench bench = new(new SimulatedFileSystem());
        await using (ShardStore store = bench.Open())
        {
            store.Items.Write(RecordKey.Node(1), "x"u8, []);
            await store.BeginCheckpoint(new LogIndex(1), default);
        }

        bench.Keys.Destroy(bench.Keys.Current(KeyDomainId.Shared));

        StorageFaultException fault = Assert.Throws<StorageFaultException>(() => bench.Open())!;
        Assert.That(fault.Kind, Is.EqualTo(StorageFaultKind.Corrupt));
    }

    private static byte[] Content(ulong key) => Encoding.UTF8.GetBytes($"{key}: {string.Concat(Enumerable.Repeat(Marker, 1 + (int)(key % 90)))}");

    private static void WriteRecords(ShardStore store, ulong first, ulong count)
    {
        for (ulong key = first; key < first + count; key++)
        {
            store.Items.Write(RecordKey.Node(key), Content(key), []);
            store.Nodes.Write(RecordKey.Node(key), Content(key), []);
        }
    }

    private static async Task FlushAsync(ShardStore store)
    {
        // A checkpoint has everything written out; its manifest is taken away again afterwards.
        await store.BeginCheckpoint(new LogIndex(9), default);
    }

    private static void Remove(SimulatedFileSystem files, string prefix, int keep)
    {
        foreach (string file in Named(files, prefix).Skip(keep).ToList())
        {
            files.Lose(file);
        }
    }

    private static IEnumerable<string> Named(SimulatedFileSystem files, string prefix) =>
        files.AllFiles.Where(path => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    /// <summary>Damages a file; null when this kind of damage changes nothing here.</summary>
    private string? Damage(SimulatedFileSystem disk, string file, SeededRandom random)
    {
        byte[] before = disk.Get(file);
        int blocks = before.Length / BlockBytes;
        string damage = random.Next(5) switch
        {
            0 => Do("bit flip", () => disk.FlipBit(file, random.Next(before.Length), random.Next(8))),
            1 => Do("swapped blocks", () =>
            {
                if (blocks > 1)
                {
                    disk.SwapBlocks(file, random.Next(blocks) * (long)BlockBytes, random.Next(blocks) * (long)BlockBytes, BlockBytes);
                }
            }),
            2 => Do("older block", () => PutOlderBlocks(disk, file, random)),
            3 => Do("older file", () => PutOlderFile(disk, file)),
            _ => Do("truncation", () => disk.Cut(file, random.Next(before.Length))),
        };
        return disk.Get(file).AsSpan().SequenceEqual(before) ? null : damage;
    }

    private static string Do(string name, Action action)
    {
        action();
        return name;
    }

    private void PutOlderBlocks(SimulatedFileSystem disk, string file, SeededRandom random)
    {
        if (!_earlier.AllFiles.Contains(file))
        {
            return;
        }

        byte[] now = disk.Get(file);
        byte[] then = _earlier.Get(file);
        List<int> changed = [];
        for (int block = 0; (block + 1) * BlockBytes <= Math.Min(now.Length, then.Length); block++)
        {
            if (!now.AsSpan(block * BlockBytes, BlockBytes).SequenceEqual(then.AsSpan(block * BlockBytes, BlockBytes)))
            {
                changed.Add(block);
            }
        }

        if (changed.Count > 0)
        {
            int block = changed[random.Next(changed.Count)];
            then.AsSpan(block * BlockBytes, BlockBytes).CopyTo(now.AsSpan(block * BlockBytes));
            disk.Put(file, now);
        }
    }

    private void PutOlderFile(SimulatedFileSystem disk, string file)
    {
        if (_earlier.AllFiles.Contains(file))
        {
            disk.Put(file, _earlier.Get(file));
            return;
        }

        // An older manifest under a newer one's name.
        string other = Named(disk, "manifest-").First();
        if (other != file && Path.GetFileName(file).StartsWith("manifest-", StringComparison.Ordinal))
        {
            disk.Put(file, disk.Get(other));
        }
    }

    private StoreVerification Verify(SimulatedFileSystem disk) => StoreVerifier.Verify(_bench.Options(disk), CancellationToken.None);

    private async Task ReadAllAsync(SimulatedFileSystem disk, string context)
    {
        ShardStore store;
        try
        {
            store = ShardStore.Open(_bench.Options(disk));
        }
        catch (StorageFaultException fault)
        {
            Assert.That(fault.Kind, Is.EqualTo(StorageFaultKind.Corrupt), context);
            return;
        }

        await using (store)
        {
            // Without the newest manifest the older one serves, and the log replays what came after it.
            ulong last = store.RecoveredIndex.Value == 4 ? Records : 1000;
            Assert.That(store.RecoveredIndex.Value, Is.AnyOf(3, 4), context);
            for (ulong key = 1; key < last; key++)
            {
                await CheckAsync(store.Items, key, context);
                await CheckAsync(store.Nodes, key, context);
            }
        }
    }

    private static async Task CheckAsync(IRecordStore records, ulong key, string context)
    {
        try
        {
            using RecordLease lease = await records.ReadAsync(RecordKey.Node(key), CancellationToken.None);
            Assert.That(lease.Found, Is.True, $"{context}: record {key} is missing");
            Assert.That(lease.Span.SequenceEqual(Content(key)), Is.True, $"{context}: record {key} is wrong");
        }
        catch (StorageFaultException fault)
        {
            Assert.That(fault.Kind, Is.EqualTo(StorageFaultKind.Corrupt), context);
        }
    }
}
