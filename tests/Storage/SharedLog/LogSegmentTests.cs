using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Storage.SharedLog;
using Nacre.Testing;

namespace Nacre.Storage.Tests.SharedLog;

/// <summary>Segments: freed, used again, pinned, rolled for a new key, sealed.</summary>
[TestFixture]
public sealed class LogSegmentTests
{
    private LogBench _bench = new();

    [SetUp]
    public void MakeBench() => _bench = new LogBench();

    [Test]
    public async Task Release_OfAllThatSegmentsHold_UsesTheirFilesAgain()
    {
        var archived = new List<LogSegment>();
        _bench.Hooks = new LogHooks { BeforeSegmentFreed = archived.Add };
        _bench.Open();
        for (ulong index = 1; index <= 500; index++)
        {
            _bench.Append(1, index, 1, _bench.Entry(3000));
            if (index % 20 == 0)
            {
                _bench.Log.Release(new ShardId(1), new LogIndex(index - 3));
                _bench.Log.Pump();
            }
        }

        int created = _bench.Files.Operations.Count(operation => operation.Kind == SimulatedOperationKind.Create);
        Assert.That(_bench.Log.Segments, Has.Count.LessThanOrEqualTo(4));
        Assert.That(created, Is.LessThanOrEqualTo(8), "files are used again instead of being made");
        Assert.That(archived, Has.Count.GreaterThan(20));
        Assert.That(archived.Select(segment => segment.UseId), Is.Ordered.And.Unique);
        Assert.That(await _bench.ReadAllAsync(1), Has.Count.EqualTo(3));

        _bench.Crash(seed: 2);
        _bench.Open();
        Assert.That(_bench.Log.StateOf(new ShardId(1)).LastIndex, Is.EqualTo(new LogIndex(500)));
    }

    [Test]
    public void Release_WithAnotherShardPinning_FreesNothingAndReportsThatShard()
    {
        var pinned = new List<ShardId>();
        _bench.Hooks = new LogHooks { ShardPinned = (shard, segments) => pinned.Add(segments > 2 ? shard : default) };
        _bench.Open();
        _bench.Append(2, 1, 1, [1]);
        for (ulong index = 1; index <= 60; index++)
        {
            _bench.Append(1, index, 1, _bench.Entry(5000));
            _bench.Log.Release(new ShardId(1), new LogIndex(index));
            _bench.Log.Pump();
        }

        Assert.That(_bench.Log.Segments, Has.Count.GreaterThan(3));
        Assert.That(pinned, Is.Not.Empty.And.All.EqualTo(new ShardId(2)));

        _bench.Log.Release(new ShardId(2), new LogIndex(1));
        _bench.Log.Pump();
        Assert.That(_bench.Log.Segments, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task FreedSegments_Always_LeaveHardStatesAndTruncationsBehind()
    {
        _bench.Open();
        var state = new HardState(new Term(5), new ReplicaId(3));
        _bench.Append(7, 1, 5, state, new KeyDomainId(1), [1], [2]);
        _bench.Log.Release(new ShardId(7), new LogIndex(2));
        ulong first = _bench.Log.Segments[0].UseId;
        for (ulong index = 1; index <= 100; index++)
        {
            _bench.Append(1, index, 1, _bench.Entry(5000));
            _bench.Log.Release(new ShardId(1), new LogIndex(index));
            _bench.Log.Pump();
        }

        Assert.That(_bench.Log.Segments[0].UseId, Is.GreaterThan(first));
        await _bench.CloseAsync();
        _bench.Open();
        Assert.That(_bench.Log.StateOf(new ShardId(7)), Is.EqualTo(
            new ShardLogState(state, new LogIndex(2), new Term(5), new LogIndex(2), new Term(5))));
    }

    [Test]
    public async Task RollAsync_AfterARotation_LeavesTheOldKeyOnceItsSegmentsAreReleased()
    {
        var domain = new KeyDomainId(3);
        DataKeyId old = _bench.Keys.Current(domain);
        _bench.Open();
        _bench.Append(1, 1, 1, null, domain, [1]);
        DataKeyId current = _bench.Keys.Rotate(domain);
        _bench.Append(1, 2, 1, null, domain, [2]);
        Assert.That(KeysInUse(), Does.Contain(old).And.Not.Contain(current), "a segment keeps its keys");

        await _bench.Log.RollAsync();
        _bench.Append(1, 3, 1, null, domain, [3]);
        Assert.That(KeysInUse(), Does.Contain(old).And.Contain(current));

        _bench.Log.Release(new ShardId(1), new LogIndex(2));
        _bench.Log.Pump();
        Assert.That(KeysInUse(), Does.Not.Contain(old));

        _bench.Keys.Destroy(old);
        await _bench.CloseAsync();
        _bench.Open();
        Assert.That((await _bench.ReadAllAsync(1)).Single().Entry.ToArray(), Is.EqualTo(new byte[] { 3 }));

        IEnumerable<DataKeyId> KeysInUse() => _bench.Log.Segments.SelectMany(segment => segment.Keys);
    }

    [Test]
    public void BeforeSegmentFreed_WithACrashBeforeIt_IsHeardAtTheNextOpen()
    {
        var archived = new List<ulong>();
        _bench.Hooks = new LogHooks { BeforeSegmentFreed = _ => throw new SimulatedCrashException() };
        _bench.Open();
        _bench.Append(1, 1, 1, [1]);
        ulong first = _bench.Log.Segments[0].UseId;
        _bench.Log.RollAsync();
        _bench.Append(1, 2, 1, [2]);
        _bench.Log.Release(new ShardId(1), new LogIndex(1));
        Assert.That(_bench.Log.Pump, Throws.TypeOf<SimulatedCrashException>());

        _bench.Crash(seed: 1);
        _bench.Hooks = new LogHooks { BeforeSegmentFreed = segment => archived.Add(segment.UseId) };
        _bench.Open();

        Assert.That(archived, Is.EqualTo(new[] { first }));
    }

    [Test]
    public void IdleTime_AfterAppends_IsSealedOnce()
    {
        _bench.Open();
        _bench.Append(1, 1, 1, [1]);
        Assert.That(FramesAfter(TimeSpan.FromSeconds(10)), Is.EqualTo(1));
        Assert.That(FramesAfter(TimeSpan.FromSeconds(10)), Is.Zero);

        _bench.Append(1, 2, 1, [1]);
        Assert.That(FramesAfter(TimeSpan.FromSeconds(10)), Is.EqualTo(1));

        int FramesAfter(TimeSpan time)
        {
            long before = _bench.Log.Segments[^1].EndOffset;
            for (int second = 0; second < time.TotalSeconds; second++)
            {
                _bench.Time.Advance(TimeSpan.FromSeconds(1));
                _bench.Log.Pump();
            }

            return (int)(_bench.Log.Segments[^1].EndOffset - before) / 4096;
        }
    }

    [Test]
    public async Task Open_TimeAndAgain_KeepsTheFolderSmall()
    {
        for (ulong index = 1; index <= 30; index++)
        {
            _bench.Open();
            _bench.Append(1, index, 1, [1]);
            _bench.Log.Release(new ShardId(1), new LogIndex(index));
            _bench.Log.Pump();
            if (index % 2 == 0)
            {
                await _bench.CloseAsync();
            }
            else
            {
                _bench.Crash(index);
            }
        }

        _bench.Open();
        Assert.That(_bench.Files.AllFiles, Has.Count.LessThanOrEqualTo(3));
    }

    [Test]
    public async Task Nonces_OverCrashesCopiesAndRestarts_NeverComeTwiceUnderAKey()
    {
        var salts = new Dictionary<(SimulatedFileSystem, string), string>();
        var written = new Dictionary<(string Salt, ulong Frame), string>();
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var bench = new LogBench(seed);
            var workload = new LogWorkload(bench, seed);
            var chance = new SeededRandom(~seed);
            Watch(bench.Files);
            bench.Open();
            for (int life = 0; life < 6; life++)
            {
                bench.Files.CrashAt(bench.Files.Changes + 1 + chance.Next(100), chance.NextUInt64());
                try
                {
                    for (int step = 0; step < 40; step++)
                    {
                        await workload.StepAsync();
                    }
                }
                catch (SimulatedCrashException)
                {
                    // That is what the test is about.
                }

                // A copy of the folder starts too, and goes its own way.
                bench.Crash(chance.NextUInt64());
                var copy = new LogBench(chance.NextUInt64()) { Files = bench.Files.Clone() };
                Watch(copy.Files);
                copy.Open();
                copy.Append(9, copy.Log.StateOf(new ShardId(9)).LastIndex.Value + 1, 1, copy.Entry(100));
                Watch(bench.Files);
                bench.Open();
                await workload.CheckRecoveredAsync();
            }
        }

        Assert.That(written, Has.Count.GreaterThan(2000));

        void Watch(SimulatedFileSystem files) => files.OnWrite = (path, position, bytes) =>
        {
            ReadOnlySpan<byte> span = bytes.Span;
            if (position == 0 && span.StartsWith("NACRELOG"u8))
            {
                string salt = Convert.ToHexString(span.Slice(48, 16));
                salts[(files, path)] = salt;
                Assert.That(written.TryAdd((salt, 0), Hash(span)), "a salt is drawn once");
            }
            else if (span.StartsWith("NFRM"u8))
            {
                ulong frame = BinaryPrimitives.ReadUInt64LittleEndian(span[16..]);
                Assert.That(written.TryAdd((salts[(files, path)], frame), Hash(span)), $"frame {frame} is sealed once");
            }
        };

        static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));
    }

    [Test]
    public async Task Files_Always_HoldNoClearText()
    {
        byte[] marker = "a marker that must not be found"u8.ToArray();
        _bench.Open();
        _bench.Append(1, 1, 1, [.. marker, .. _bench.Entry(100)]);
        await _bench.Log.CloseAsync(marker);

        Assert.That(_bench.Files.FindBytes(marker), Is.Null);
        Assert.That(_bench.Files.FindBytes("NFRM"u8), Is.Not.Null, "the search finds what is there");
    }
}
