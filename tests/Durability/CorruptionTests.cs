using System.Diagnostics;
using System.Text.RegularExpressions;
using Nacre.Core.Errors;
using Nacre.Durability.Tests.Support;
using Nacre.Testing;

namespace Nacre.Durability.Tests;

/// <summary>
/// After a clean stop, every kind of file damaged at random: bits turned, ends cut, blocks exchanged, older blocks and
/// whole older files put back. The offline check or the start must say so, and no read may be wrong.
/// </summary>
/// <remarks>A seed that failed is run again alone with NACRE_ROT_SEED=n and the kind in NACRE_ROT_KIND.</remarks>
[TestFixture]
public sealed partial class CorruptionTests
{
    private const int BlockBytes = 4096;

    private SimulatedFileSystem _older = null!;
    private SimulatedFileSystem _disk = null!;
    private Workload _workload = null!;

    [OneTimeSetUp]
    public async Task MakeDisksAsync()
    {
        _workload = new Workload(seed: 77);
        _disk = await SimulatedNode.MakeDiskAsync();
        for (int round = 0; round < 2; round++)
        {
            _older = _disk.Clone();
            await using SimulatedNode node = await SimulatedNode.StartAsync(_disk);
            await _workload.RunAsync(node, steps: 80, () => false);
            await _workload.CheckAsync(node.Items);
            await node.StopAsync();
        }

        // Nobody reports anything of what is sound.
        Assert.That(await OfflineCheck.RunAsync(_disk), Is.Empty);
    }

    [Test]
    public Task Damage_OfEachKindOfFile_IsReported() => RunAsync(perKind: 30);

    [Test]
    [Category("Long")]
    public Task Damage_ThousandOfEachKindOfFile_IsReported() => RunAsync(perKind: 1000);

    private async Task RunAsync(int perKind)
    {
        var unseen = new List<string>();
        string? onlyKind = Environment.GetEnvironmentVariable("NACRE_ROT_KIND");
        int only = int.TryParse(Environment.GetEnvironmentVariable("NACRE_ROT_SEED"), out int number) ? number : -1;
        foreach (IGrouping<string, string> kind in _disk.AllFiles.GroupBy(KindOf).Where(kind => onlyKind is null || kind.Key == onlyKind))
        {
            var watch = Stopwatch.StartNew();
            string[] files = [.. kind];
            int starts = 0;
            for (int seed = only < 0 ? 0 : only; seed < (only < 0 ? perKind : only + 1); seed++)
            {
                var random = new SeededRandom((ulong)(seed + 1));
                SimulatedFileSystem damaged = _disk.Clone();
                string file = files[random.Next(files.Length)];
                string what = Damage(damaged, file, random);
                IReadOnlyList<string> findings = await OfflineCheck.RunAsync(damaged);
                bool isReported = findings.Count > 0;
                Assert.That(isReported, Is.EqualTo(findings.Any(finding => Names(finding, file))), () => $"{kind.Key} seed {seed}: {what}: {string.Join("; ", findings)}");
                if (!isReported || seed % 10 == 0)
                {
                    starts++;
                    isReported |= await StartAndReadAsync(damaged, file, what);
                }

                // What is made from something else is made anew at the start, and whole.
                if (!isReported && !(IsDerived(file) && damaged.Get(file).AsSpan().SequenceEqual(_disk.Get(file))))
                {
                    unseen.Add($"{kind.Key} seed {seed}: {what}");
                }
            }

            await TestContext.Out.WriteLineAsync($"{kind.Key}: {files.Length} files, {perKind} damaged, {starts} starts, {watch.Elapsed.TotalSeconds:f1} s");
        }

        Assert.That(unseen, Is.Empty);
    }

    /// <summary>Starts over the damaged disk and reads everything: right, or an error that says why not.</summary>
    /// <returns>True when the start or a read reported the damage.</returns>
    private async Task<bool> StartAndReadAsync(SimulatedFileSystem damaged, string file, string what)
    {
        Result<SimulatedNode> started = await SimulatedNode.TryStartAsync(damaged);
        if (!started.IsOk)
        {
            Assert.That(started.Error.Code, Is.EqualTo(ErrorCode.Corrupt).Or.EqualTo(ErrorCode.Unsupported).Or.EqualTo(ErrorCode.RootKeyWrong), what);
            Assert.That(Names(started.Error.Message, file), Is.True, () => $"{what}: {started.Error.Message}");
            return true;
        }

        await using SimulatedNode node = started.Value;
        return await _workload.CountRefusedReadsAsync(node.Items, what) > 0;
    }

    private string Damage(SimulatedFileSystem disk, string path, SeededRandom random)
    {
        byte[] content = disk.Get(path);
        byte[]? before = _older.AllFiles.Contains(path) ? _older.Get(path) : null;
        int blocks = content.Length / BlockBytes;
        switch (random.Next(5))
        {
            case 0 when content.Length > 1:
                int length = random.Next(content.Length);
                disk.Cut(path, length);
                return $"{path} cut to {length} of {content.Length}";
            case 1 when blocks > 1:
                int first = random.Next(blocks);
                int second = random.Next(blocks);
                if (!content.AsSpan(first * BlockBytes, BlockBytes).SequenceEqual(content.AsSpan(second * BlockBytes, BlockBytes)))
                {
                    disk.SwapBlocks(path, (long)first * BlockBytes, (long)second * BlockBytes, BlockBytes);
                    return $"{path} blocks {first} and {second} exchanged";
                }

                break;
            case 2 when before is not null:
                int[] changed = [.. Enumerable.Range(0, Math.Min(blocks, before.Length / BlockBytes)).Where(block =>
                    !content.AsSpan(block * BlockBytes, BlockBytes).SequenceEqual(before.AsSpan(block * BlockBytes, BlockBytes)))];
                if (changed.Length > 0)
                {
                    int block = changed[random.Next(changed.Length)];
                    before.AsSpan(block * BlockBytes, BlockBytes).CopyTo(content.AsSpan(block * BlockBytes));
                    disk.Put(path, content);
                    return $"{path} older block {block}";
                }

                break;
            case 3 when before is not null && !before.AsSpan().SequenceEqual(content):
                disk.Put(path, before);
                return $"{path} as a whole older";
        }

        int position = random.Next(content.Length);
        disk.FlipBit(path, position, random.Next(8));
        return $"{path} bit at {position} of {content.Length}";
    }

    private static bool IsDerived(string path) => path.EndsWith("/tls/ca.pem", StringComparison.Ordinal);

    /// <summary>A finding tells which file it is about; an older one put back may show in what names it.</summary>
    private static bool Names(string finding, string file) =>
        finding.Contains(Path.GetFileName(file), StringComparison.Ordinal) || finding.Contains(Path.GetDirectoryName(file)!, StringComparison.Ordinal);

    private static string KindOf(string path) => Digits().Replace(path[SimulatedNode.Folder.Length..], "#");

    [GeneratedRegex("[0-9a-f]{4,}|[0-9]+")]
    private static partial Regex Digits();
}
