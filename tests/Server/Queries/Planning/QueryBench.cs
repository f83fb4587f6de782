using System.Text;
using Google.Protobuf;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Protocol.V1;
using Nacre.Security.Authorisation;
using Nacre.Server.Consistency;
using Nacre.Server.Items;
using Nacre.Server.Queries;
using Nacre.Server.Queries.Planning;
using Nacre.Server.Routing;
using Nacre.Server.Tests.Support;
using Nacre.Storage.Tests.Documents;
using Nacre.Testing;
using ItemOperation = Nacre.Core.Commands.ItemOperation;
using PrincipalKind = Nacre.Security.Authorisation.PrincipalKind;

namespace Nacre.Server.Tests.Queries.Planning;

/// <summary>A container of some ranges in a real shard in memory, and the query runner over it.</summary>
internal sealed class QueryBench : IAsyncDisposable
{
    private static readonly Principal Owner = new(PrincipalKind.AccountReadWrite, "owner", default, ResourceScope.Account);

    private readonly DocumentWorkbench _bench = new();
    private readonly RangeDefinition[] _ranges;
    private readonly SortedDictionary<byte[], string> _items = new(ByteOrder.Instance);
    private readonly ConsistencyRules _consistency = new(new SettableCatalog(), new SessionTokens(TokenSeal.ForSessions(new TestDataKeys())));
    private readonly PartitionKeyDefinition _key;

    public QueryBench(int ranges, IndexingPolicy? policy, string key = "/pk")
    {
        _key = PartitionKeyDefinition.Create([key]).Value;
        _ranges =
        [
            .. HashInterval.Whole.Split(ranges).Select((interval, at) => DocumentWorkbench.Range((uint)at + 1, interval) with
            {
                Container = new ContainerId(7), PartitionKey = _key, Indexing = policy,
            }),
        ];
        foreach (RangeDefinition range in _ranges)
        {
            _bench.Activate(range);
        }
    }

    /// <summary>Its items in item order.</summary>
    public IReadOnlyList<string> Items => [.. _items.Values];

    public DocumentWorkbench Bench => _bench;

    public string KeyPath => _key.Paths[0];

    public QueryServing Serving { get; init; } = new();

    public void Upsert(string json)
    {
        byte[] body = Encoding.UTF8.GetBytes(json);
        byte[] key = KeyOf(body);
        Assert.That(_bench.Write(RangeOf(key), new ItemOperation(ItemOperationKind.Upsert, Precondition.None, key, body)).Code, Is.EqualTo(ErrorCode.None));
        _items[key] = json;
    }

    public void Delete(string json)
    {
        byte[] key = KeyOf(Encoding.UTF8.GetBytes(json));
        if (_items.Remove(key))
        {
            _bench.Write(RangeOf(key), new ItemOperation(ItemOperationKind.Delete, Precondition.None, key, default));
        }
    }

    public void SetIndexing(IndexingPolicy policy)
    {
        foreach (RangeDefinition range in _ranges)
        {
            _bench.SetIndexing(range, policy);
        }
    }

    /// <summary>All pages of a query.</summary>
    public async Task<Answered> AskAsync(
        string text, int pageRows = 1000, Protocol.V1.PartitionKey? key = null, IReadOnlyDictionary<string, string>? parameters = null, bool scans = false, Action? between = null)
    {
        var shard = new MachineShard(() => _bench.Machine);
        var route = new ContainerRoute(new DatabaseId(1), new ContainerId(7), _key,
            [.. _ranges.Select(range => new RangeRoute(range.Range, range.Generation, range.Interval, shard))]);
        using var runner = new QueryRunner(
            TokenSeal.ForContinuations(new TestDataKeys()), scans ? new ScanPlanner() : new IndexPlanner(), Serving, TimeProvider.System, new SeededRandom(1));
        var request = new QueryRequest { Database = "db", Container = "items", Text = text, MaxItems = pageRows, Explain = true, PartitionKey = key };
        request.Parameters.AddRange((parameters ?? new Dictionary<string, string>()).Select(
            static pair => new QueryParameter { Name = pair.Key, Value = ByteString.CopyFromUtf8(pair.Value) }));
        List<string> rows = [];
        List<QueryResponse> pages = [];
        do
        {
            Result<QueryResponse> page = await runner.RunAsync(route, Owner, request, _consistency, CancellationToken.None);
            if (!page.IsOk)
            {
                return new Answered(rows, pages, page.Error);
            }

            rows.AddRange(page.Value.Rows.Select(static row => row.ToStringUtf8()));
            pages.Add(page.Value);
            request.Continuation = page.Value.Continuation;
            if (request.Continuation.Length > 0)
            {
                between?.Invoke();
            }
        }
        while (request.Continuation.Length > 0);
        return new Answered(rows, pages, null);
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private byte[] KeyOf(byte[] body)
    {
        InspectedDocument found = DocumentInspector.Inspect(body, _key).Value;
        return ItemKey.Encode(found.PartitionKey, found.Id);
    }

    private RangeDefinition RangeOf(byte[] key) => _ranges.Single(range => range.Interval.Contains(ItemKey.HashOf(key)));

    /// <summary>What came of a query.</summary>
    public sealed record Answered(List<string> Rows, List<QueryResponse> Pages, NacreError? Error)
    {
        public string Plan => Pages[0].Plan;

        public ulong LookedAt => Pages.Aggregate(0UL, static (sum, page) => sum + page.ItemsLookedAt);
    }
}
