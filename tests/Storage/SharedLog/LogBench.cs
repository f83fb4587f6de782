using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Storage.SharedLog;
using Nacre.Testing;

namespace Nacre.Storage.Tests.SharedLog;

/// <summary>A log on a simulated disk, run by hand on the test's own thread.</summary>
internal sealed class LogBench
{
    public const string Folder = "/data/log";

    public static SegmentedLogOptions SmallOptions { get; } = new()
    {
        Directory = Folder,
        SegmentBytes = 64 << 10,
        InitialSegmentBytes = 64 << 10,
        ReserveBytes = 8 << 10,
        CacheBytes = 0,
        MaxPinnedSegments = 2,
    };

    public LogBench(ulong seed = 1)
    {
        Random = new SeededRandom(seed);
        Files = new SimulatedFileSystem();
    }

    public SeededRandom Random { get; }

    public TestDataKeys Keys { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public RecordingSink Sink { get; } = new();

    public SegmentedLogOptions Options { get; set; } = SmallOptions;

    public LogHooks Hooks { get; set; } = new();

    public SimulatedFileSystem Files { get; set; }

    public SegmentedLog Log { get; private set; } = null!;

    public SegmentedLog Open(LogEnd? expectedEnd = null) =>
        Log = SegmentedLog.OpenManual(Options, Files, Keys, Random, Time, Hooks, expectedEnd);

    /// <summary>A clean stop.</summary>
    public async Task<LogEnd> CloseAsync(byte[]? note = null)
    {
        LogEnd end = await Log.CloseAsync(note ?? []);
        await Log.DisposeAsync();
        return end;
    }

    /// <summary>Loses power and takes the disk that comes back.</summary>
    public void Crash(ulong seed) => Files = Files.Reboot(seed);

    public LogAppend Append(
        uint shard, ulong first, ulong term, params byte[][] entries) => Append(shard, first, term, null, KeyDomainId.Shared, entries);

    public LogAppend Append(
        uint shard, ulong first, ulong term, HardState? state, KeyDomainId domain, params byte[][] entries)
    {
        LogAppend append = Make(shard, first, term, state, domain, entries);
        Queue(append);
        Log.Pump();
        return append;
    }

    public LogAppend Make(uint shard, ulong first, ulong term, HardState? state, KeyDomainId domain, params byte[][] entries)
    {
        LogRecord[] records = [.. entries.Select((entry, i) => new LogRecord(new LogIndex(first + (ulong)i), new Term(term), entry))];
        return new LogAppend(new ShardId(shard), domain, state, records, Sink);
    }

    public void Queue(LogAppend append) => Assert.That(Log.AppendAsync(append, CancellationToken.None).AsTask().IsCompletedSuccessfully);

    public ErrorCode OutcomeOf(LogAppend append)
    {
        Task<ErrorCode> outcome = Sink.OutcomeOf(append);
        Assert.That(outcome.IsCompletedSuccessfully, "the sink was told");
        return outcome.Result;
    }

    public async Task<List<LogRecord>> ReadAllAsync(uint shard, int maxBytes = 1 << 20)
    {
        var all = new List<LogRecord>();
        LogIndex next = Log.StateOf(new ShardId(shard)).TruncationIndex.Next;
        while (await Log.ReadAsync(new ShardId(shard), next, maxBytes, CancellationToken.None) is { Count: > 0 } records)
        {
            all.AddRange(records);
            next = records[^1].Index.Next;
        }

        return all;
    }

    public byte[] Entry(int bytes) => Random.Bytes(bytes);
}
