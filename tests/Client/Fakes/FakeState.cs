using System.Collections.Concurrent;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Nacre.Protocol.V1;

namespace Nacre.Client.Tests.Fakes;

/// <summary>What the fake server holds and was asked, and the faults that a test ordered.</summary>
internal sealed class FakeState(byte[] key)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Protocol.V1.Database> _databases = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string, string), Protocol.V1.Container> _containers = [];
    private readonly SortedDictionary<(string, string, string, string), ListedItem> _items = [];
    private readonly Dictionary<(ByteString, ulong), (ErrorDetail? Error, OperationOutcome Outcome)> _remembered = [];
    private readonly Dictionary<ByteString, ulong> _answeredBelow = [];
    private int _indexed;
    private ulong _lsn;
    private ulong _lastId;

    public byte[] KeyBytes { get; } = key;

    public string Key => Convert.ToBase64String(KeyBytes);

    public CancellationTokenSource Stopping { get; } = new();

    /// <summary>Refuses a unary call before it does anything; null lets it pass.</summary>
    public Func<string, ErrorDetail?> Refuse { get; set; } = _ => null;

    /// <summary>Refuses a call by the address that the client dialled, before it does anything; null lets it pass.</summary>
    public Func<string, ErrorDetail?> RefuseAt { get; set; } = _ => null;

    /// <summary>What the server says about the cluster's nodes.</summary>
    public string[] ClientEndpoints { get; set; } = [];

    /// <summary>By shard from 1, places in <see cref="ClientEndpoints"/> from 1.</summary>
    public uint[] ShardLeaders { get; set; } = [];

    /// <summary>Refuses an operation on an item, over either transport, before it does anything; null lets it pass.</summary>
    public Func<ItemOperation, ErrorDetail?> RefuseOperation { get; set; } = _ => null;

    /// <summary>Runs after a unary call took effect; may break its answer.</summary>
    public Func<string, ServerCallContext, Task> BeforeAnswer { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Full names of the unary methods called, in order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Items that are indexed between two looks at a container's indexes.</summary>
    public int IndexedPerLook { get; set; } = 1000;

    /// <summary>Queries that were asked, in order.</summary>
    public ConcurrentQueue<QueryRequest> Queries { get; } = new();

    /// <summary>Rows of a query's one page, in JSON; null answers the items.</summary>
    public Func<QueryRequest, IEnumerable<string>?> AnswerQuery { get; set; } = _ => null;

    /// <summary>Addresses that the calls and streams came to, in order, as the client dialled them; discovery left out.</summary>
    public ConcurrentQueue<string> Hosts { get; } = new();

    /// <summary>Idempotency keys of the writes that were asked, repetitions included.</summary>
    public ConcurrentQueue<(ByteString Client, ulong Sequence)> Keys { get; } = new();

    /// <summary>Sequences of the writes that were asked, repetitions included.</summary>
    public ConcurrentQueue<ulong> Sequences { get; } = new();

    /// <summary>Writes that took effect.</summary>
    public int Executed { get; private set; }

    /// <summary>The highest promise that any client made of answers it has.</summary>
    public ulong AnsweredBelow => _answeredBelow.Values.Max();

    public FakeStreamSettings Stream { get; } = new();

    public static ErrorDetail Error(NacreErrorCode code, RetryRule retry = RetryRule.Never, uint retryAfterMs = 0) => new()
    {
        Code = (uint)code,
        Message = $"ordered: {code}",
        Retry = retry,
        RetryAfterMs = retryAfterMs,
        ActivityId = ByteString.CopyFrom(Enumerable.Range(0, 16).Select(i => (byte)i).ToArray()),
    };

    public static RpcException Failure(ErrorDetail detail, StatusCode status = StatusCode.FailedPrecondition) =>
        new(new Status(status, detail.Message), new Metadata { { "nacre-error-bin", detail.ToByteArray() } });

    public Protocol.V1.Database CreateDatabase(string name)
    {
        lock (_gate)
        {
            if (_databases.ContainsKey(name))
            {
                throw Failure(Error(NacreErrorCode.AlreadyExists));
            }

            return _databases[name] = new() { Name = name, Id = ++_lastId, CreatedMs = 1_700_000_000_000, Etag = $"d-{_lastId}" };
        }
    }

    public Protocol.V1.Database Database(string name)
    {
        lock (_gate)
        {
            return _databases.TryGetValue(name, out Protocol.V1.Database? found) ? found : throw Failure(Error(NacreErrorCode.NotFound));
        }
    }

    public void DeleteDatabase(string name, string ifMatch)
    {
        lock (_gate)
        {
            if (ifMatch.Length > 0 && Database(name).Etag != ifMatch)
            {
                throw Failure(Error(NacreErrorCode.PreconditionFailed));
            }

            Database(name);
            _databases.Remove(name);
        }
    }

    public (List<Protocol.V1.Database> Page, string Continuation) Databases(int max, string continuation)
    {
        lock (_gate)
        {
            return Page(_databases.Values, max, continuation);
        }
    }

    public Protocol.V1.Container CreateContainer(CreateContainerRequest request)
    {
        lock (_gate)
        {
            Database(request.Database);
            if (_containers.ContainsKey((request.Database, request.Name)))
            {
                throw Failure(Error(NacreErrorCode.AlreadyExists));
            }

            return _containers[(request.Database, request.Name)] = new()
            {
                Database = request.Database,
                Name = request.Name,
                Id = ++_lastId,
                PartitionKeyPaths = { request.PartitionKeyPaths },
                CreatedMs = 1_700_000_000_000,
                Etag = $"c-{_lastId}",
                IndexingPolicy = request.IndexingPolicy.Length == 0 ? IndexingPolicy.Default.ToJson() : request.IndexingPolicy,
                Ranges = { new Protocol.V1.Range { Id = _lastId, Min = "", Max = "FF", Shard = 1 } },
            };
        }
    }

    public Protocol.V1.Container SetIndexing(SetIndexingRequest request)
    {
        lock (_gate)
        {
            Protocol.V1.Container container = Container(request.Database, request.Name);
            if (request.IfMatch.Length > 0 && request.IfMatch != container.Etag)
            {
                throw Failure(Error(NacreErrorCode.PreconditionFailed));
            }

            container.IndexingPolicy = request.IndexingPolicy;
            container.Etag = $"c-{++_lastId}";
            _indexed = 0;
            return container;
        }
    }

    /// <summary>Tells of one range with 1,000 items, further at each look as <see cref="IndexedPerLook"/> says.</summary>
    public IndexingStatus Indexing(GetIndexingRequest request)
    {
        lock (_gate)
        {
            Protocol.V1.Container container = Container(request.Database, request.Name);
            _indexed = Math.Min(1000, _indexed + IndexedPerLook);
            return new IndexingStatus
            {
                IndexingPolicy = container.IndexingPolicy,
                Etag = container.Etag,
                Ranges =
                {
                    new RangeIndexing
                    {
                        Range = container.Ranges[0].Id, Ready = _indexed == 1000, Progress = _indexed / 1000d, Items = 1000, ItemsLeft = 1000 - (ulong)_indexed,
                    },
                },
            };
        }
    }

    public Protocol.V1.Container Container(string database, string name)
    {
        lock (_gate)
        {
            return _containers.TryGetValue((database, name), out Protocol.V1.Container? found) ? found : throw Failure(Error(NacreErrorCode.NotFound));
        }
    }

    public void DeleteContainer(string database, string name)
    {
        lock (_gate)
        {
            Container(database, name);
            _containers.Remove((database, name));
        }
    }

    public (List<Protocol.V1.Container> Page, string Continuation) Containers(string database, int max, string continuation)
    {
        lock (_gate)
        {
            return Page(_containers.Values.Where(container => container.Database == database), max, continuation);
        }
    }

    public (List<ListedItem> Page, string Continuation) Items(ListItemsRequest request)
    {
        lock (_gate)
        {
            Container(request.Database, request.Container);
            string? partition = request.PartitionKey is null ? null : Text(request.PartitionKey);
            IEnumerable<ListedItem> items = _items
                .Where(item => item.Key.Item1 == request.Database && item.Key.Item2 == request.Container)
                .Where(item => partition is null || item.Key.Item3.StartsWith(partition, StringComparison.Ordinal))
                .Select(item => item.Value);
            return Page(request.Order is Protocol.V1.ListOrder.Change ? items.OrderBy(item => item.Lsn) : items, request.MaxItems, request.Continuation);
        }
    }

    /// <summary>Executes an operation, or answers a repeated one as before.</summary>
    public (ErrorDetail? Error, OperationOutcome Outcome) Execute(
        string database, string container, ItemOperation operation, ByteString clientId, ulong answeredBelow)
    {
        lock (_gate)
        {
            if (RefuseOperation(operation) is { } refusal)
            {
                return (refusal, new());
            }

            if (operation.Kind is OperationKind.Read)
            {
                return Apply(database, container, operation);
            }

            ulong floor = _answeredBelow[clientId] = Math.Max(_answeredBelow.GetValueOrDefault(clientId), answeredBelow);
            Sequences.Enqueue(operation.IdempotencySequence);
            Keys.Enqueue((clientId, operation.IdempotencySequence));
            if (operation.IdempotencySequence < floor)
            {
                return (Error(NacreErrorCode.IdempotencyExpired), new());
            }

            if (_remembered.TryGetValue((clientId, operation.IdempotencySequence), out (ErrorDetail? Error, OperationOutcome Outcome) before))
            {
                return before;
            }

            (ErrorDetail? Error, OperationOutcome Outcome) answer = Apply(database, container, operation);
            Executed += answer.Error is null ? 1 : 0;
            return _remembered[(clientId, operation.IdempotencySequence)] = answer;
        }
    }

    private (ErrorDetail? Error, OperationOutcome Outcome) Apply(string database, string container, ItemOperation operation)
    {
        if (!_containers.TryGetValue((database, container), out Protocol.V1.Container? known))
        {
            return (Error(NacreErrorCode.NotFound), new());
        }

        string id = operation.Id;
        string partition = operation.PartitionKey is null ? "" : Text(operation.PartitionKey);
        if (operation.Body.Length > 0)
        {
            JsonElement document;
            try
            {
                document = JsonDocument.Parse(operation.Body.Memory).RootElement;
                id = document.GetProperty("id").GetString()!;
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                return (Error(NacreErrorCode.Malformed), new());
            }

            string own = string.Concat(known.PartitionKeyPaths.Select(path => Text(document, path)));
            if (partition.Length > 0 && partition != own)
            {
                return (Error(NacreErrorCode.PartitionKeyMismatch), new());
            }

            partition = own;
        }

        (string, string, string, string) key = (database, container, partition, id);
        bool exists = _items.TryGetValue(key, out ListedItem? item);
        NacreErrorCode refused = (operation.Kind, exists) switch
        {
            (OperationKind.Create, true) => NacreErrorCode.AlreadyExists,
            (OperationKind.Replace or OperationKind.Read or OperationKind.Delete, false) => NacreErrorCode.NotFound,
            (OperationKind.Read, _) when operation.IfNoneMatch == item!.Etag => NacreErrorCode.NotModified,
            (OperationKind.Upsert, true) when operation.IfNoneMatch == "*" => NacreErrorCode.PreconditionFailed,
            _ when operation.IfMatch.Length > 0 && operation.IfMatch != item?.Etag => NacreErrorCode.PreconditionFailed,
            _ => NacreErrorCode.None,
        };
        if (refused != NacreErrorCode.None)
        {
            return (Error(refused), new());
        }

        switch (operation.Kind)
        {
            case OperationKind.Read:
                return (null, new() { Etag = item!.Etag, Lsn = item.Lsn, TimestampMs = item.TimestampMs, Body = item.Body });

            case OperationKind.Delete:
                _items.Remove(key);
                return (null, new() { Lsn = ++_lsn, TimestampMs = 1_700_000_000_000 });

            default:
                _lsn++;
                _items[key] = new() { Etag = $"1-{_lsn:x}", Lsn = _lsn, TimestampMs = 1_700_000_000_000 + (long)_lsn, Body = ByteString.CopyFrom(operation.Body.Span) };
                return (null, new() { Etag = $"1-{_lsn:x}", Lsn = _lsn, TimestampMs = 1_700_000_000_000 + (long)_lsn, Created = !exists });
        }
    }

    private static string Text(Protocol.V1.PartitionKey key) => string.Concat(key.Values.Select(value => value.KindCase switch
    {
        Protocol.V1.PartitionKeyValue.KindOneofCase.Text => $"\"{value.Text}\"",
        Protocol.V1.PartitionKeyValue.KindOneofCase.Number => value.Number.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        Protocol.V1.PartitionKeyValue.KindOneofCase.Boolean => value.Boolean ? "true" : "false",
        Protocol.V1.PartitionKeyValue.KindOneofCase.Null => "null",
        _ => "undefined",
    } + "|"));

    private static string Text(JsonElement document, string path) =>
        (document.TryGetProperty(path[1..], out JsonElement value) ? value.GetRawText() : "undefined") + "|";

    private static (List<T> Page, string Continuation) Page<T>(IEnumerable<T> all, int max, string continuation)
    {
        int from = continuation.Length == 0 ? 0 : int.Parse(continuation, System.Globalization.CultureInfo.InvariantCulture);
        int size = max == 0 ? 100 : max;
        List<T> page = [.. all.Skip(from).Take(size + 1)];
        bool more = page.Count > size;
        if (more)
        {
            page.RemoveAt(size);
        }

        return (page, more ? $"{from + size}" : "");
    }
}
