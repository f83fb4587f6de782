using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Storage.Tests.Support;
using Nacre.Testing;

namespace Nacre.Storage.Tests.SharedLog;

/// <summary>A shard's log is set to the end of a snapshot.</summary>
[TestFixture]
public sealed class LogResetTests
{
    private const string GoldenName = "log-v1-reset.segment";
    private const string Segment = LogBench.Folder + "/0000000000000001.segment";
    private static readonly ShardId Shard = new(1);
    private static readonly HardState State = new(new Term(7), new ReplicaId(2));
    private LogBench _bench = new();

    [SetUp]
    public void MakeBench() => _bench = new LogBench();

    [TestCase(2ul)]
    [TestCase(4ul)]
    [TestCase(5ul)]
    [TestCase(90ul)]
    public async Task ResetAsync_AnywhereFromTheTruncation_DropsAllAndGoesOnBehindIt(ulong index)
    {
        Fill();
        await Reset(index);
        await CheckIsResetTo(index);
        _bench.Crash(seed: 3);
        _bench.Open();
        await CheckIsResetTo(index);

        LogAppend next = _bench.Append(1, index + 1, 9, [1], [2]);

        Assert.That(_bench.OutcomeOf(next), Is.EqualTo(ErrorCode.None));
        await _bench.CloseAsync();
        _bench.Open();
        Assert.That((await _bench.ReadAllAsync(1)).Select(record => record.Index.Value), Is.EqualTo(new[] { index + 1, index + 2 }));
        Assert.That(_bench.Log.TermsOf(Shard), Is.EqualTo(new[] { new TermSpan(new LogIndex(index + 1), new Term(9)) }));
        Assert.That(await _bench.ReadAllAsync(2), Has.Count.EqualTo(1), "other shards are as they were");
    }

    [Test]
    public async Task ResetAsync_OfAShardWithoutEntries_IsItsBeginning()
    {
        _bench.Open();
        await Reset(12);
        _bench.Crash(seed: 1);
        _bench.Open();

        Assert.That(_bench.Log.Shards, Is.EqualTo(new[] { Shard }));
        Assert.That(_bench.Log.StateOf(Shard), Is.EqualTo(
            new ShardLogState(default, new LogIndex(12), new Term(8), new LogIndex(12), new Term(8))));
    }

    [Test]
    public async Task ResetAsync_Twice_IsTheSame()
    {
        Fill();
        await Reset(4);
        await Reset(4);
        await CheckIsResetTo(4);
    }

    [TestCase(0ul)]
    [TestCase(1ul)]
    public void ResetAsync_BelowTheTruncation_IsABug(ulong index)
    {
        Fill();
        Assert.That(async () => await Reset(index), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task ResetAsync_WhenTheEntriesFilledSegments_FreesThemAndIsWrittenOnInTheirPlace()
    {
        _bench.Open();
        _bench.Append(1, 1, 7, State, new KeyDomainId(3), _bench.Entry(100));
        for (ulong index = 2; index < 40; index++)
        {
            _bench.Append(1, index, 7, null, new KeyDomainId(3), _bench.Entry(10_000));
        }

        int before = _bench.Log.Segments.Count;
        await Reset(20);
        await _bench.Log.RollAsync();
        _bench.Log.Pump();

        Assert.That(before, Is.GreaterThan(5));
        Assert.That(_bench.Log.Segments, Has.Count.LessThan(3), "the reset's own segment is free, too");
        _bench.Crash(seed: 9);
        _bench.Open();
        await CheckIsResetTo(20);
    }

    /// <summary>Power is lost at any change of the disk: all entries are there, or none.</summary>
    [Test]
    public async Task ResetAsync_CrashedAtAnyChange_IsAllOrNothing([Values] bool rolls)
    {
        int whole = 0;
        int reset = 0;
        for (ulong seed = 1; seed <= 20; seed++)
        {
            bool isDone = false;
            for (long step = 1; !isDone; step++)
            {
                isDone = await CrashInResetAsync(seed, step, rolls);
                if (_bench.Log.StateOf(Shard).LastIndex == new LogIndex(3))
                {
                    await CheckIsResetTo(3);
                    reset++;
                }
                else
                {
                    Assert.That(isDone, Is.False, $"seed {seed}, step {step}: what was told is so");
                    Assert.That((await _bench.ReadAllAsync(1))[^1].Index, Is.EqualTo(new LogIndex(5)));
                    whole++;
                }
            }
        }

        Assert.That(whole, Is.GreaterThan(5));
        Assert.That(reset, Is.GreaterThan(25), "one for each seed, and some of the crashes");
    }

    /// <summary>The reserve is there for it; when that is used up as well, it says so.</summary>
    [Test]
    public async Task ResetAsync_OnAFullDisk_SaysSoAndChangesNothing()
    {
        Fill();
        _bench.Files.QuotaBytes = _bench.Files.UsedBytes;
        ulong index = 5;
        StorageFaultException? fault = null;
        while (fault is null)
        {
            try
            {
                await Reset(index + 1);
                index++;
            }
            catch (StorageFaultException thrown)
            {
                fault = thrown;
            }
        }

        Assert.That(fault.Kind, Is.EqualTo(StorageFaultKind.NoSpace));
        Assert.That(index, Is.GreaterThan(7));
        await CheckIsResetTo(index);
        _bench.Files.QuotaBytes = null;
        await Reset(index + 1);
        await CheckIsResetTo(index + 1);
    }

    [Test]
    public void ResetAsync_OnADiskThatFailsTwice_StopsTheLog()
    {
        Fill();
        _bench.Files.Fail(SimulatedOperationKind.Flush, times: int.MaxValue);

        Assert.That(async () => await Reset(5), Throws.TypeOf<StorageFaultException>());
        Assert.That(_bench.Log.Fault, Is.Not.Null);
        Assert.That(async () => await Reset(5), Throws.TypeOf<StorageFaultException>());
    }

    [Test]
    public async Task ResetAsync_AfterAnAppendFoundTheDiskFull_TakesTheNextOne()
    {
        Fill();
        _bench.Files.QuotaBytes = _bench.Files.UsedBytes;
        ulong index = 5;
        while (_bench.OutcomeOf(_bench.Append(1, ++index, 7, new byte[3000])) == ErrorCode.None)
        {
        }

        _bench.Files.QuotaBytes = null;
        await Reset(100);

        Assert.That(_bench.OutcomeOf(_bench.Append(1, 101, 8, [1])), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Write_OfAReset_GivesTheGoldenBytesAndReadsThem()
    {
        _bench = new LogBench(seed: 98);
        Fill();
        await Reset(40);
        _bench.Append(1, 41, 9, "behind it"u8.ToArray());
        await _bench.CloseAsync();
        Golden.Check(GoldenName, _bench.Files.Get(Segment));

        var again = new LogBench();
        again.Files.Put(Segment, Golden.Read(GoldenName));
        again.Open();

        Assert.That(again.Log.StateOf(Shard), Is.EqualTo(
            new ShardLogState(State, new LogIndex(40), new Term(8), new LogIndex(41), new Term(9))));
        Assert.That((await again.ReadAllAsync(1)).Single().Entry.ToArray(), Is.EqualTo("behind it"u8.ToArray()));
    }

    private void Fill()
    {
        _bench.Open();
        _bench.Append(1, 1, 7, State, KeyDomainId.Shared, [1], [2], [3]);
        _bench.Append(1, 4, 7, [4], [5]);
        _bench.Append(2, 1, 1, [1]);
        _bench.Log.Release(Shard, new LogIndex(2));
        _bench.Log.Pump();
    }

    /// <summary>Resets to entry 3, and opens what the disk holds after a loss of power.</summary>
    /// <returns>True when the reset was done before.</returns>
    private async Task<bool> CrashInResetAsync(ulong seed, long step, bool rolls)
    {
        _bench = new LogBench(seed);
        Fill();
        if (rolls)
        {
            _bench.Files.Fail(SimulatedOperationKind.Flush, _bench.Log.Segments[^1].Path);
        }

        _bench.Files.CrashAt(_bench.Files.Changes + step, seed);
        bool isDone = true;
        try
        {
            await Reset(3);
        }
        catch (SimulatedCrashException)
        {
            isDone = false;
        }

        _bench.Crash(seed);
        _bench.Open();
        return isDone;
    }

    private Task Reset(ulong index) => _bench.Log.ResetAsync(Shard, new LogIndex(index), new Term(8), CancellationToken.None).AsTask();

    private async Task CheckIsResetTo(ulong index)
    {
        Assert.That(_bench.Log.StateOf(Shard), Is.EqualTo(
            new ShardLogState(State, new LogIndex(index), new Term(8), new LogIndex(index), new Term(8))));
        Assert.That(await _bench.ReadAllAsync(1), Is.Empty);
        Assert.That(_bench.Log.TermsOf(Shard), Is.Empty);
    }
}
