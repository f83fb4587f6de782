using System.Text;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Storage.Documents;

namespace Nacre.Micro.Documents;

/// <summary>
/// The state machine of a data shard over a store that costs next to nothing: apply, point reads, scans.
/// </summary>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 3, iterationCount: 12, invocationCount: 1)]
public class DocumentBenchmarks
{
    private const int Operations = 50_000;
    private const int BatchEntries = 128;

    private static readonly ClusterId Cluster = new(1);
    private static readonly RangeDefinition Range = new(
        new RangeId(1), new RangeGeneration(1), new DatabaseId(1), new ContainerId(1),
        HashInterval.Whole, PartitionKeyDefinition.Create("/pk").Value, KeyDomainId.Shared);

    private readonly CommandOutcome[] _outcomes = new CommandOutcome[BatchEntries];
    private readonly byte[][] _keys = new byte[Operations][];
    private DocumentStateMachine _machine = null!;
    private LogRecord[] _log = [];
    private ulong _index;
    private ulong _sequence;
    private int _next;

    /// <summary>Bytes of a document.</summary>
    [Params(100, 1000)]
    public int DocumentBytes { get; set; }

    /// <summary>Opens a shard with documents in it.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var options = new DocumentStoreOptions { Cluster = Cluster, Shard = new ShardId(1) };
        _machine = DocumentStateMachine.Open(options, new ArenaShardStore());
        _machine.Apply([Entry(RangeCommand.Activate(Range).Encode(), default)], _outcomes);
        _log = Entries(fresh: true, keyed: false);
        ApplyAll();
        _machine.BeginCheckpoint();
    }

    /// <summary>Documents that are not there yet.</summary>
    [IterationSetup(Target = nameof(Create))]
    public void PrepareCreate() => _log = Entries(fresh: true, keyed: false);

    /// <summary>Documents that are there.</summary>
    [IterationSetup(Targets = [nameof(Replace), nameof(PointRead), nameof(Scan)])]
    public void PrepareReplace() => _log = Entries(fresh: false, keyed: false);

    /// <summary>Documents that are there, each request with an idempotency key.</summary>
    [IterationSetup(Target = nameof(ReplaceOnce))]
    public void PrepareReplaceOnce() => _log = Entries(fresh: false, keyed: true);

    /// <summary>Upserts that create.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void Create() => ApplyAll();

    /// <summary>Upserts that replace, at random.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void Replace() => ApplyAll();

    /// <summary>The same with idempotency keys.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void ReplaceOnce() => ApplyAll();

    /// <summary>Point reads at random.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public async Task<long> PointRead()
    {
        long bytes = 0;
        for (int at = 0; at < Operations; at++)
        {
            using IDocumentView view = _machine.OpenView();
            using DocumentLease document = (
                await view.ReadAsync(Range.Range, _keys[at * 7919 % Operations], CancellationToken.None)).Value;
            bytes += document.Utf8Json.Length;
        }

        return bytes;
    }

    /// <summary>A walk in item order.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public async Task<long> Scan()
    {
        long bytes = 0;
        await using IDocumentCursor cursor = _machine.OpenView().Scan(Range.Range, default, true, default).Value;
        for (int at = 0; at < Operations && (await cursor.MoveNextAsync(CancellationToken.None)).Value; at++)
        {
            bytes += cursor.Current.Utf8Json.Length;
        }

        return bytes;
    }

    private void ApplyAll()
    {
        for (int at = 0; at < _log.Length; at += BatchEntries)
        {
            ReadOnlySpan<LogRecord> batch = _log.AsSpan(at, Math.Min(BatchEntries, _log.Length - at));
            _machine.Apply(batch, _outcomes);
            if (_outcomes[0].Code != ErrorCode.None)
            {
                throw new InvalidOperationException($"An entry was refused: {_outcomes[0].Code}.");
            }
        }
    }

    private LogRecord[] Entries(bool fresh, bool keyed)
    {
        var log = new LogRecord[Operations];
        for (int at = 0; at < Operations; at++)
        {
            int number = fresh ? _next++ : at * 7919 % Operations;
            string id = $"user{(uint)number * 2654435761u:d10}";
            byte[] key = ItemKey.Encode(new PartitionKey(PartitionKeyValue.Of(id)), id);
            if (number < Operations)
            {
                _keys[number] = key;
            }

            string value = new('v', Math.Max(0, DocumentBytes - 2 * id.Length - 27));
            byte[] body = Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","pk":"{{id}}","value":"{{value}}"}""");
            var operation = new ItemOperation(ItemOperationKind.Upsert, Precondition.None, key, body);
            byte[] command = new byte[ItemCommand.SizeOf([operation])];
            ItemCommand.Write([operation], command);
            IdempotencyKey idempotency = keyed
                ? new IdempotencyKey(new ClientId((uint)(at % 16) + 1), _sequence + 2, Math.Max(
                    _sequence, 1000) - 999, new RequestHash((UInt128)at))
                : IdempotencyKey.None;
            log[at] = Entry(command, idempotency);
        }

        return log;
    }

    private LogRecord Entry(byte[] command, IdempotencyKey idempotency)
    {
        var header = new EntryHeader
        {
            Kind = EntryKind.Data,
            Cluster = Cluster,
            Shard = new ShardId(1),
            Sequence = new Sequence(++_sequence),
            Time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks((long)_sequence * 100),
            Range = Range.Range,
            Generation = Range.Generation,
            Container = Range.Container,
            Operations = 1,
            Idempotency = idempotency,
        };
        return new LogRecord(new LogIndex(++_index), new Term(1), EntryCodec.Encode(header, command));
    }
}
