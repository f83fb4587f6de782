using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Storage.SharedLog;

namespace Nacre.Storage.Tests.SharedLog;

[TestFixture]
public sealed class SegmentedLogTests
{
    private LogBench _bench = new();

    [SetUp]
    public void MakeBench() => _bench = new LogBench();

    [Test]
    public async Task Open_AfterCleanStop_GivesBackAllThatWasAppended()
    {
        _bench.Open();
        byte[][] entries = [_bench.Entry(10), _bench.Entry(5000), [], _bench.Entry(1)];
        LogAppend append = _bench.Append(1, 1, 3, new HardState(new Term(3), new ReplicaId(7)), KeyDomainId.Shared, entries);
        _bench.Append(2, 1, 1, _bench.Entry(100));
        LogEnd end = await _bench.CloseAsync([1, 2, 3]);

        SegmentedLog log = _bench.Open();

        Assert.That(_bench.OutcomeOf(append), Is.EqualTo(ErrorCode.None));
        Assert.That(log.Shards, Is.EqualTo(new[] { new ShardId(1), new ShardId(2) }));
        Assert.That(log.StateOf(new ShardId(1)), Is.EqualTo(new ShardLogState(
            new HardState(new Term(3), new ReplicaId(7)), new LogIndex(0), new Term(0), new LogIndex(4), new Term(3))));
        List<LogRecord> read = await _bench.ReadAllAsync(1);
        Assert.That(read.Select(record => record.Entry.ToArray()), Is.EqualTo(entries));
        Assert.That(read.Select(record => record.Index.Value), Is.EqualTo(new[] { 1, 2, 3, 4 }));
        Assert.That(log.Recovery.IsCleanStop);
        Assert.That(log.Recovery.Note.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(log.Recovery.End, Is.EqualTo(end));
        Assert.That(log.Recovery.TailCut, Is.Null);
    }

    [Test]
    public async Task Open_AfterPowerLoss_GivesBackAllThatWasFlushed()
    {
        _bench.Open();
        _bench.Append(1, 1, 1, _bench.Entry(100), _bench.Entry(100));
        _bench.Crash(seed: 5);

        SegmentedLog log = _bench.Open();

        Assert.That(log.StateOf(new ShardId(1)).LastIndex, Is.EqualTo(new LogIndex(2)));
        Assert.That(await _bench.ReadAllAsync(1), Has.Count.EqualTo(2));
        Assert.That(log.Recovery.IsCleanStop, Is.False);
    }

    [TestCase(0)]
    [TestCase(1 << 20)]
    public async Task Append_OfAnIndexThatIsThere_DropsItAndAllAfter(int cacheBytes)
    {
        _bench.Options = _bench.Options with { CacheBytes = cacheBytes };
        _bench.Open();
        _bench.Append(1, 1, 1, [1], [2], [3], [4]);
        _bench.Append(1, 3, 2, [33]);

        await AssertHolds();
        await _bench.CloseAsync();
        _bench.Open();
        await AssertHolds();

        async Task AssertHolds()
        {
            List<LogRecord> read = await _bench.ReadAllAsync(1);
            Assert.That(read.Select(record => record.Entry.ToArray()), Is.EqualTo(new byte[][] { [1], [2], [33] }));
            Assert.That(read.Select(record => record.Term.Value), Is.EqualTo(new[] { 1, 1, 2 }));
            Assert.That(_bench.Log.StateOf(new ShardId(1)).LastTerm, Is.EqualTo(new Term(2)));
        }
    }

    [Test]
    public async Task TermsOf_AfterReplacementsReleaseAndReopening_TellsTheTermOfEveryEntry()
    {
        SegmentedLog log = _bench.Open();
        Assert.That(log.TermsOf(new ShardId(1)), Is.Empty);
        _bench.Append(1, 1, 1, [1], [2], [3]);
        _bench.Append(1, 3, 4, [33], [4], [5]);
        _bench.Append(1, 6, 5, [6]);
        TermSpan[] all = [Span(1, 1), Span(3, 4), Span(6, 5)];
        Assert.That(log.TermsOf(new ShardId(1)), Is.EqualTo(all));
        await _bench.CloseAsync();

        log = _bench.Open();
        Assert.That(log.TermsOf(new ShardId(1)), Is.EqualTo(all));
        log.Release(new ShardId(1), new LogIndex(3));
        Assert.That(log.TermsOf(new ShardId(1)), Is.EqualTo(new[] { Span(4, 4), Span(6, 5) }));
        log.Release(new ShardId(1), new LogIndex(6));
        Assert.That(log.TermsOf(new ShardId(1)), Is.Empty);

        static TermSpan Span(ulong first, ulong term) => new(new LogIndex(first), new Term(term));
    }

    [Test]
    public async Task Append_OfAnIndexThatIsThereInOneBatch_DropsItAndAllAfter()
    {
        _bench.Open();
        _bench.Queue(_bench.Make(1, 1, 1, null, KeyDomainId.Shared, [1], [2], [3], [4], [5]));
        _bench.Queue(_bench.Make(1, 2, 2, null, KeyDomainId.Shared, [22], [33]));
        _bench.Queue(_bench.Make(1, 4, 2, null, KeyDomainId.Shared, [44]));
        _bench.Log.Pump();
        await _bench.CloseAsync();

        _bench.Open();

        foreach (int maxBytes in new[] { 1, 2, 100 })
        {
            List<LogRecord> read = await _bench.ReadAllAsync(1, maxBytes);
            Assert.That(read.Select(record => record.Entry.ToArray()), Is.EqualTo(new byte[][] { [1], [22], [33], [44] }));
        }
    }

    [Test]
    public async Task ReadAsync_WithMaxBytes_StopsBeforeItButGivesOne()
    {
        _bench.Open();
        _bench.Append(1, 1, 1, new byte[10], new byte[10], new byte[10]);

        Assert.That(await Read(1, 5), Is.EqualTo(1));
        Assert.That(await Read(1, 20), Is.EqualTo(2));
        Assert.That(await Read(2, 100), Is.EqualTo(2));
        Assert.That(await Read(4, 100), Is.EqualTo(0));

        async Task<int> Read(ulong from, int maxBytes) =>
            (await _bench.Log.ReadAsync(new ShardId(1), new LogIndex(from), maxBytes, CancellationToken.None)).Count;
    }

    [Test]
    public async Task Append_OverManySegments_ReadsBackFromAll()
    {
        _bench.Open();
        byte[][] entries = [.. Enumerable.Range(0, 60).Select(_ => _bench.Entry(6000))];
        for (int i = 0; i < entries.Length; i++)
        {
            _bench.Append(1, (ulong)i + 1, 1, entries[i]);
        }

        Assert.That(_bench.Log.Segments, Has.Count.GreaterThan(5));
        Assert.That((await _bench.ReadAllAsync(1)).Select(record => record.Entry.ToArray()), Is.EqualTo(entries));
        _bench.Crash(seed: 3);
        _bench.Open();
        Assert.That((await _bench.ReadAllAsync(1)).Select(record => record.Entry.ToArray()), Is.EqualTo(entries));
    }

    [Test]
    public void Append_FromManyShardsAndDomains_SharesOneFlush()
    {
        _bench.Open();
        for (uint shard = 1; shard <= 9; shard++)
        {
            _bench.Queue(_bench.Make(shard, 1, 1, null, new KeyDomainId(shard % 3), _bench.Entry(300)));
        }

        int before = Flushes();
        _bench.Log.Pump();

        Assert.That(Flushes() - before, Is.EqualTo(1));
        Assert.That(_bench.Sink.Told, Has.Count.EqualTo(9));

        int Flushes() => _bench.Files.Operations.Count(operation => operation.Kind == Testing.SimulatedOperationKind.Flush);
    }

    [Test]
    public void AppendAsync_WithAGapOrFallingTerm_IsRefused()
    {
        _bench.Open();
        LogRecord one = new(new LogIndex(1), new Term(2), new byte[1]);
        LogRecord three = new(new LogIndex(3), new Term(2), new byte[1]);
        LogRecord older = new(new LogIndex(2), new Term(1), new byte[1]);

        Assert.That(() => Append(one, three), Throws.ArgumentException);
        Assert.That(() => Append(one, older), Throws.ArgumentException);
        Assert.That(() => Append(one with { Entry = new byte[1 << 20] }), Throws.ArgumentException);

        void Append(params LogRecord[] records) =>
            _ = _bench.Log.AppendAsync(new LogAppend(new ShardId(1), default, null, records, _bench.Sink), CancellationToken.None).AsTask();
    }

    [Test]
    public async Task Domains_WithADestroyedKey_AreForgottenAndTheOthersStay()
    {
        _bench.Open();
        byte[] entry = _bench.Entry(10);
        _bench.Queue(_bench.Make(1, 1, 1, null, new KeyDomainId(4), _bench.Entry(10)));
        _bench.Queue(_bench.Make(2, 1, 1, null, new KeyDomainId(5), entry));
        _bench.Log.Pump();
        await _bench.CloseAsync();
        _bench.Keys.Destroy(_bench.Keys.Current(new KeyDomainId(4)));

        SegmentedLog log = _bench.Open();

        Assert.That(log.Shards, Is.EqualTo(new[] { new ShardId(2) }));
        Assert.That(log.Recovery.UnreadableSections, Is.EqualTo(1));
        Assert.That((await _bench.ReadAllAsync(2)).Single().Entry.ToArray(), Is.EqualTo(entry));
    }
}
