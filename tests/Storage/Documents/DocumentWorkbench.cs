using System.Text;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Storage.Documents;
using Nacre.Storage.Records;
using Nacre.Storage.Records.Memory;

namespace Nacre.Storage.Tests.Documents;

/// <summary>A data shard, over a store in memory unless told otherwise, with the log that a replica would keep.</summary>
internal sealed class DocumentWorkbench : IAsyncDisposable
{
    public static readonly ClusterId Cluster = new(7);
    public static readonly ShardId Shard = new(1);
    public static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<LogRecord> _log = [];
    private readonly DocumentStoreOptions _options;
    private readonly Func<IShardStore> _open;
    private ulong _sequence;

    /// <param name="options">Null for <see cref="SmallOptions"/>.</param>
    /// <param name="open">Opens the store, now and at each <see cref="Reopen"/>; null for one on <see cref="Disk"/>.</param>
    public DocumentWorkbench(DocumentStoreOptions? options = null, Func<IShardStore>? open = null)
    {
        _options = options ?? SmallOptions;
        _open = open ?? Disk.Open;
        Machine = DocumentStateMachine.Open(_options, _open());
    }

    /// <summary>Small enough that buffers drain, nodes split and compaction starts in tests.</summary>
    public static DocumentStoreOptions SmallOptions { get; } = new()
    {
        Cluster = Cluster,
        Shard = Shard,
        BufferBytes = 64 << 10,
        CheckpointDrainBytes = 1 << 10,
        NodeBytes = 1024,
        NodeCacheBytes = 1 << 20,
        CompactAtDeadBytes = 4096,
        CompactionSliceBytes = 4096,
    };

    public MemoryShardDisk Disk { get; } = new();

    public DocumentStateMachine Machine { get; private set; }

    public IReadOnlyList<LogRecord> Log => _log;

    /// <summary>The leader's clock.</summary>
    public DateTimeOffset Now { get; set; } = Epoch;

    public static RangeDefinition Range(uint id = 1, HashInterval? interval = null) => new(
        new RangeId(id), new RangeGeneration(1), new DatabaseId(1), new ContainerId(100 + id),
        interval ?? HashInterval.Whole, PartitionKeyDefinition.Create("/pk").Value, KeyDomainId.Shared);

    public static byte[] Key(string id, string partition = "p") =>
        ItemKey.Encode(new PartitionKey(PartitionKeyValue.Of(partition)), id);

    public static byte[] Body(string id, string partition = "p", string value = "") =>
        Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","pk":"{{partition}}","value":"{{value}}"}""");

    public static ItemOperation Create(string id, string value = "", string partition = "p", Precondition condition = default) =>
        new(ItemOperationKind.Create, condition, Key(id, partition), Body(id, partition, value));

    public static ItemOperation Upsert(string id, string value = "", string partition = "p", Precondition condition = default) =>
        new(ItemOperationKind.Upsert, condition, Key(id, partition), Body(id, partition, value));

    public static ItemOperation Replace(string id, string value = "", string partition = "p", Precondition condition = default) =>
        new(ItemOperationKind.Replace, condition, Key(id, partition), Body(id, partition, value));

    public static ItemOperation Delete(string id, string partition = "p", Precondition condition = default) =>
        new(ItemOperationKind.Delete, condition, Key(id, partition), default);

    /// <summary>Makes the next entry; it is not applied.</summary>
    public LogRecord Propose(ReadOnlySpan<byte> command, RangeDefinition? range = null, IdempotencyKey idempotency = default, EntryKind kind = EntryKind.Data)
    {
        _sequence += kind == EntryKind.Data ? 1UL : 0;
        var header = new EntryHeader
        {
            Kind = kind,
            Cluster = Cluster,
            Shard = Shard,
            Sequence = new Sequence(_sequence),
            Time = Now,
            Range = range?.Range ?? default,
            Generation = range?.Generation ?? default,
            Container = range?.Container ?? default,
            Idempotency = idempotency,
        };
        var record = new LogRecord(new LogIndex((ulong)_log.Count + 1), new Term(1), EntryCodec.Encode(header, command));
        _log.Add(record);
        return record;
    }

    public LogRecord Propose(RangeDefinition range, IdempotencyKey idempotency, params ReadOnlySpan<ItemOperation> operations)
    {
        byte[] command = new byte[ItemCommand.SizeOf(operations)];
        ItemCommand.Write(operations, command);
        return Propose(command, range, idempotency);
    }

    public CommandOutcome Apply(LogRecord record)
    {
        var outcomes = new CommandOutcome[1];
        Machine.Apply([record], outcomes);
        return outcomes[0];
    }

    public CommandOutcome Configure(ReplicaSet set) =>
        Apply(Propose(ReplicaSetCodec.Encode(set), kind: EntryKind.Configuration));

    public CommandOutcome Activate(RangeDefinition range, ulong lsnBase = 0) =>
        Apply(Propose(RangeCommand.Activate(range, lsnBase).Encode()));

    public CommandOutcome SetIndexing(RangeDefinition range, IndexingPolicy policy) =>
        Apply(Propose(RangeCommand.SetIndexing(range.Range, policy).Encode()));

    public CommandOutcome Drop(RangeDefinition range) => Apply(Propose(RangeCommand.Drop(range.Range).Encode()));

    public CommandOutcome Write(RangeDefinition range, params ReadOnlySpan<ItemOperation> operations) =>
        Apply(Propose(range, IdempotencyKey.None, operations));

    public CommandOutcome Write(RangeDefinition range, IdempotencyKey key, params ReadOnlySpan<ItemOperation> operations) =>
        Apply(Propose(range, key, operations));

    /// <summary>Reads an item; null when it is not there.</summary>
    public async Task<string?> ReadAsync(RangeDefinition range, string id, string partition = "p", IDocumentView? of = null)
    {
        using IDocumentView view = of ?? Machine.OpenView();
        Result<DocumentLease> read = await view.ReadAsync(range.Range, Key(id, partition), CancellationToken.None);
        if (!read.IsOk)
        {
            Assert.That(read.Error.Code, Is.EqualTo(ErrorCode.NotFound));
            return null;
        }

        using DocumentLease lease = read.Value;
        return Encoding.UTF8.GetString(lease.Utf8Json.Span);
    }

    /// <summary>All items of a range, in item order or change order.</summary>
    public async Task<List<(string Id, ulong Lsn)>> ListAsync(RangeDefinition range, bool byChange = false, IDocumentView? of = null)
    {
        using IDocumentView view = of ?? Machine.OpenView();
        return await WalkAsync((byChange ? view.Changes(range.Range, default) : view.Scan(range.Range, default, true, default)).Value, range);
    }

    /// <summary>Walks to a cursor's end; every document must be that of its key.</summary>
    public static async Task<List<(string Id, ulong Lsn)>> WalkAsync(IDocumentCursor cursor, RangeDefinition range)
    {
        await using (cursor)
        {
            var found = new List<(string, ulong)>();
            while ((await cursor.MoveNextAsync(CancellationToken.None)).Value)
            {
                Assert.That(ItemKey.TryDecode(cursor.ItemKey.Span, out PartitionKey key, out string? id), Is.True);
                Assert.That(DocumentInspector.Inspect(cursor.Current.Utf8Json.Span, range.PartitionKey).Value, Is.EqualTo(new InspectedDocument(id!, key)));
                found.Add((id!, cursor.Current.Lsn.Value));
            }

            return found;
        }
    }

    /// <summary>Crashes: the store opens at its newest durable checkpoint, and the log is applied from there.</summary>
    public void Reopen(DocumentStoreOptions? options = null, int batch = 7)
    {
        Machine = DocumentStateMachine.Open(options ?? _options, _open());
        Replay(Machine, batch);
    }

    /// <summary>Applies what a machine has not applied yet.</summary>
    public void Replay(DocumentStateMachine machine, int batch = 7)
    {
        while (machine.Applied.Value < (ulong)_log.Count)
        {
            LogRecord[] records = [.. _log.Skip((int)machine.Applied.Value).Take(batch)];
            machine.Apply(records, new CommandOutcome[records.Length]);
        }
    }

    public void Checkpoint() => Assert.That(Machine.BeginCheckpoint().IsCompletedSuccessfully, Is.True);

    /// <summary>Maintains until there is nothing left to do.</summary>
    public int Maintain()
    {
        int slices = 0;
        while (Machine.Maintain())
        {
            Assert.That(++slices, Is.LessThan(100_000), "maintenance comes to an end");
        }

        return slices;
    }

    public ValueTask DisposeAsync() => Machine.DisposeAsync();
}
