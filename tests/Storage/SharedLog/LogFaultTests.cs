using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Storage.SharedLog;
using Nacre.Testing;

namespace Nacre.Storage.Tests.SharedLog;

/// <summary>A disk that fails or fills up: a typed answer, never a false one, and nothing lost.</summary>
[TestFixture]
public sealed class LogFaultTests
{
    private readonly List<StorageFaultException> _abandoned = [];
    private readonly List<Exception> _stopped = [];
    private LogBench _bench = new();

    [SetUp]
    public void MakeBench()
    {
        _abandoned.Clear();
        _stopped.Clear();
        _bench = new LogBench { Hooks = new LogHooks { SegmentAbandoned = _abandoned.Add, Stopped = _stopped.Add } };
    }

    [TestCase(SimulatedOperationKind.Flush)]
    [TestCase(SimulatedOperationKind.Write)]
    public async Task Append_WithOneFailedOperation_GoesToANewSegment(SimulatedOperationKind kind)
    {
        _bench.Open();
        _bench.Append(1, 1, 1, [1]);
        string bad = _bench.Log.Segments[^1].Path;
        _bench.Files.Fail(kind, bad);

        LogAppend append = _bench.Append(1, 2, 1, [2]);
        int end = _bench.Files.Operations.Count;
        LogAppend next = _bench.Append(1, 3, 1, [3]);

        Assert.That(_bench.OutcomeOf(append), Is.EqualTo(ErrorCode.None));
        Assert.That(_bench.OutcomeOf(next), Is.EqualTo(ErrorCode.None));
        Assert.That(_abandoned, Has.Count.EqualTo(1));
        Assert.That(_bench.Files.Operations.Skip(end).Select(operation => operation.Path), Does.Not.Contain(bad));
        Assert.That(await _bench.ReadAllAsync(1), Has.Count.EqualTo(3));
        for (ulong seed = 0; seed < 20; seed++)
        {
            SimulatedFileSystem disk = _bench.Files.Reboot(seed);
            var again = new LogBench { Files = disk };
            again.Open();
            Assert.That(await again.ReadAllAsync(1), Has.Count.EqualTo(3));
        }
    }

    [Test]
    public async Task Append_WithTwoFailuresInARow_StopsTheLog()
    {
        _bench.Open();
        LogAppend first = _bench.Append(1, 1, 1, [1]);
        _bench.Files.Fail(SimulatedOperationKind.Flush, times: int.MaxValue);

        LogAppend append = _bench.Append(1, 2, 1, [2]);
        LogAppend later = _bench.Append(2, 1, 1, [2]);

        Assert.That(_bench.OutcomeOf(first), Is.EqualTo(ErrorCode.None));
        Assert.That(_bench.OutcomeOf(append), Is.EqualTo(ErrorCode.StorageFailed));
        Assert.That(_bench.OutcomeOf(later), Is.EqualTo(ErrorCode.StorageFailed));
        Assert.That(_stopped, Has.Count.EqualTo(1));
        Assert.That(_bench.Log.Fault, Is.SameAs(_stopped[0]));
        Assert.That(_bench.Log.StateOf(new ShardId(1)).LastIndex, Is.EqualTo(new LogIndex(1)));
        Assert.That(async () => await _bench.Log.CloseAsync(ReadOnlyMemory<byte>.Empty), Throws.TypeOf<StorageFaultException>());
        await _bench.Log.DisposeAsync();

        _bench.Crash(seed: 7);
        _bench.Open();
        Assert.That(await _bench.ReadAllAsync(1), Is.Not.Empty);
    }

    [Test]
    public async Task RollAsync_WithAFailedHeader_NeverWritesToTheSegmentBeforeAgain()
    {
        // The failed header may be on the disk all the same, and it says that the segment before it ended.
        _bench.Open();
        _bench.Append(1, 1, 1, [1]);
        string before = _bench.Log.Segments[^1].Path;
        _bench.Files.Fail(SimulatedOperationKind.Flush, skip: 1);
        Assert.That(async () => await _bench.Log.RollAsync(), Throws.TypeOf<StorageFaultException>());

        LogAppend append = _bench.Append(1, 2, 1, [2]);

        Assert.That(_bench.OutcomeOf(append), Is.EqualTo(ErrorCode.None));
        Assert.That(_bench.Log.Segments[^1].Path, Is.Not.EqualTo(before));
        for (ulong seed = 0; seed < 50; seed++)
        {
            var again = new LogBench { Files = _bench.Files.Reboot(seed) };
            again.Open();
            Assert.That(await again.ReadAllAsync(1), Has.Count.EqualTo(2), $"seed {seed}");
        }
    }

    [Test]
    public async Task Append_OnAFullDisk_IsRefusedBeforeAnythingIsWritten()
    {
        _bench.Open();
        _bench.Files.QuotaBytes = _bench.Files.UsedBytes;
        ulong index = 0;
        LogAppend append;
        do
        {
            append = _bench.Append(1, ++index, 1, new byte[3000]);
        }
        while (_bench.OutcomeOf(append) == ErrorCode.None);

        Assert.That(_bench.OutcomeOf(append), Is.EqualTo(ErrorCode.DiskFull));
        Assert.That(index, Is.GreaterThan(10));
        Assert.That(_bench.Log.Fault, Is.Null);
        Assert.That(_bench.Log.StateOf(new ShardId(1)).LastIndex.Value, Is.EqualTo(index - 1));
        Assert.That(await _bench.ReadAllAsync(1), Has.Count.EqualTo((int)index - 1));

        // A crash now finds no trace of it.
        var again = new LogBench { Files = _bench.Files.Reboot(seed: 1) };
        again.Open();
        Assert.That(again.Log.StateOf(new ShardId(1)).LastIndex.Value, Is.EqualTo(index - 1));
    }

    [Test]
    public void Append_BehindOneThatFoundTheDiskFull_IsRefusedToo()
    {
        ulong last = FillDisk();
        LogAppend first = _bench.Make(1, last + 1, 1, null, KeyDomainId.Shared, new byte[3000]);
        LogAppend follower = _bench.Make(1, last + 2, 1, null, KeyDomainId.Shared, new byte[10]);
        _bench.Queue(first);
        _bench.Log.Pump();
        _bench.Files.QuotaBytes = null;
        _bench.Queue(follower);
        _bench.Log.Pump();

        Assert.That(_bench.OutcomeOf(first), Is.EqualTo(ErrorCode.DiskFull));
        Assert.That(_bench.OutcomeOf(follower), Is.EqualTo(ErrorCode.DiskFull));

        LogAppend again = _bench.Append(1, last + 1, 1, new byte[3000]);
        Assert.That(_bench.OutcomeOf(again), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public async Task Append_AfterSpaceCameBack_GoesOn()
    {
        ulong last = FillDisk();
        Assert.That(_bench.OutcomeOf(_bench.Append(1, last + 1, 1, new byte[3000])), Is.EqualTo(ErrorCode.DiskFull));

        _bench.Files.QuotaBytes = null;

        Assert.That(_bench.OutcomeOf(_bench.Append(1, last + 1, 1, new byte[3000])), Is.EqualTo(ErrorCode.None));
        await _bench.CloseAsync();
        _bench.Open();
        Assert.That(await _bench.ReadAllAsync(1), Has.Count.EqualTo((int)last + 1));
    }

    [Test]
    public void Release_OnAFullDisk_MakesRoomByItself()
    {
        _bench.Open();
        _bench.Files.QuotaBytes = 4 * _bench.Options.SegmentBytes;
        ulong last = 0;
        while (_bench.OutcomeOf(_bench.Append(1, last + 1, 1, new byte[3000])) == ErrorCode.None)
        {
            last++;
        }

        _bench.Log.Release(new ShardId(1), new LogIndex(last - 1));
        _bench.Log.Pump();

        Assert.That(_bench.OutcomeOf(_bench.Append(1, last + 1, 1, new byte[3000])), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void Open_OnAFullDisk_TakesTheRoomThatTheCrashLeft()
    {
        FillDisk();
        _bench.Crash(seed: 3);
        _bench.Files.QuotaBytes = _bench.Files.UsedBytes + (40 << 10);

        Assert.That(() => _bench.Open(), Throws.TypeOf<StorageFaultException>().With.Property("Kind").EqualTo(StorageFaultKind.NoSpace));

        _bench.Files.QuotaBytes = null;
        _bench.Open();
    }

    [Test]
    public async Task ReadAsync_WithAFailingDisk_ThrowsInsteadOfFindingNothing()
    {
        _bench.Open();
        _bench.Append(1, 1, 1, new byte[100]);
        await _bench.CloseAsync();
        _bench.Open();
        _bench.Files.Fail(SimulatedOperationKind.Read);

        Assert.That(async () => await _bench.ReadAllAsync(1), Throws.TypeOf<StorageFaultException>()
            .With.Property("Kind").EqualTo(StorageFaultKind.Io));
        Assert.That(await _bench.ReadAllAsync(1), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ReadAsync_OfRottenBytes_ThrowsCorruptWithFileAndPlace()
    {
        _bench.Open();
        _bench.Append(1, 1, 1, new byte[100]);
        await _bench.CloseAsync();
        _bench.Open();
        string path = _bench.Log.Segments[0].Path;
        _bench.Files.FlipBit(path, 4096 + 150, 2);

        StorageFaultException? fault = await Assert.ThrowsAsync<StorageFaultException>(async () => await _bench.ReadAllAsync(1));

        Assert.That(fault!.Kind, Is.EqualTo(StorageFaultKind.Corrupt));
        Assert.That(fault.File, Is.EqualTo(path));
        Assert.That(fault.Place, Is.EqualTo("offset 4096"));
    }

    [TestCase(1u, 100)]
    public async Task Faults_AtAnyOperation_LoseNothingAcknowledged(uint family, int rounds)
    {
        int stops = 0;
        for (int round = 0; round < rounds; round++)
        {
            ulong seed = (family * 7_000_003) + (ulong)round;
            var bench = new LogBench(seed);
            var workload = new LogWorkload(bench, seed);
            var chance = new SeededRandom(~seed);
            bench.Open();
            for (int life = 0; life < 3; life++)
            {
                for (int fault = 0; fault < 3; fault++)
                {
                    SimulatedOperationKind kind = (SimulatedOperationKind)(1 + chance.Next(7));
                    bench.Files.Fail(kind, skip: chance.Next(40), times: 1 + chance.Next(2));
                }

                for (int step = 0; step < 40 && !workload.IsStopped; step++)
                {
                    await workload.StepAsync();
                }

                stops += workload.IsStopped ? 1 : 0;
                bench.Files.Heal();
                bench.Crash(chance.NextUInt64());
                bench.Open();
                await workload.CheckRecoveredAsync();
            }
        }

        Assert.That(stops, Is.GreaterThan(rounds / 10), "some lives ended by a second failure");
    }

    private ulong FillDisk()
    {
        _bench.Open();
        _bench.Files.QuotaBytes = _bench.Files.UsedBytes;
        ulong last = 0;
        while (_bench.OutcomeOf(_bench.Append(1, last + 1, 1, new byte[3000])) == ErrorCode.None)
        {
            last++;
        }

        return last;
    }
}
