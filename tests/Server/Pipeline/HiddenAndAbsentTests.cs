using System.Diagnostics;
using Google.Protobuf;
using Nacre.Core.Errors;
using Nacre.Protocol.V1;
using Nacre.Security.Authentication;
using Nacre.Server.Tests.Support;
using Nacre.Server.Wire;

namespace Nacre.Server.Tests.Pipeline;

/// <summary>
/// The bearer of a token learns nothing from how long a refusal takes: what is hidden and what is not there are refused
/// before a shard is asked anything, on the same way, with the same memory.
/// </summary>
/// <remarks>
/// Held by counting; the clock only checks coarsely what counting may have missed. The names of a pair are of one length,
/// which the asker knows. What is left is the look-up of names in memory: a name that is not there costs a probe of a table
/// less, some nanoseconds of a refusal that takes microseconds.
/// </remarks>
[TestFixture]
public sealed class HiddenAndAbsentTests
{
    private const int WarmUps = 40;
    private const int Runs = 30;
    private const int Attempts = 5;
    private const int Timings = 4_000;

    private static readonly Target Own = new("db", "items", "mine", "1");

    /// <summary>Each hidden, there, beside one that is not there.</summary>
    private static readonly (string What, Target Hidden, Target Absent)[] Pairs =
    [
        ("item of another partition", new("db", "items", "theirs", "1"), new("db", "items", "theirs", "2")),
        ("partition", new("db", "items", "theirs", "1"), new("db", "items", "nobody", "1")),
        ("container", new("db", "hidden", "theirs", "1"), new("db", "absent", "theirs", "1")),
        ("database", new("other", "items", "theirs", "1"), new("never", "items", "theirs", "1")),
    ];

    private static readonly (string What, Target Hidden, Target Absent) ItemPair =
        ("item of the same partition", new("db", "items", "mine", "2"), new("db", "items", "mine", "3"));

    private static readonly Target[] There = [Own, ItemPair.Hidden, .. Pairs.Select(pair => pair.Hidden)];

    private static readonly Method[] ItemMethods =
    [
        new("Read", (node, caller, t) => node.Prepare(caller, Commands.Read, new ReadItemRequest { Database = t.Database, Container = t.Container, PartitionKey = KeyOf(t), Id = t.Id })),
        new("Delete", (node, caller, t) => node.Prepare(caller, Commands.Delete, new DeleteItemRequest { Database = t.Database, Container = t.Container, PartitionKey = KeyOf(t), Id = t.Id })),
        .. new[] { Commands.Create, Commands.Upsert, Commands.Replace }.Select(command => new Method(
            command.Method, (node, caller, t) => node.Prepare(caller, command, new WriteItemRequest { Database = t.Database, Container = t.Container, Body = DocumentOf(t) }))),
        .. new[] { OperationKind.Read, OperationKind.Delete, OperationKind.Create, OperationKind.Upsert, OperationKind.Replace }.Select(kind => new Method(
            $"Stream {kind}", (node, caller, t) => node.PrepareStream(caller, BatchOf(kind, t)))),
    ];

    private static readonly Method List = new(
        "List", (node, caller, t) => node.Prepare(caller, Commands.List, new ListItemsRequest { Database = t.Database, Container = t.Container, PartitionKey = KeyOf(t) }));

    private static readonly Method Query = new(
        "Query", (node, caller, t) => node.Prepare(caller, Commands.Query, new QueryRequest { Database = t.Database, Container = t.Container, PartitionKey = KeyOf(t), Text = "SELECT * FROM c" }));

    private static readonly Method[] ContainerMethods =
    [
        Of<GetContainerRequest, Container>("Get", t => new GetContainerRequest { Database = t.Database, Name = t.Container }),
        Of<DeleteContainerRequest, DeleteContainerResponse>("Delete", t => new DeleteContainerRequest { Database = t.Database, Name = t.Container }),
    ];

    private static readonly Method[] DatabaseMethods =
    [
        Of<GetDatabaseRequest, Database>("Get", t => new GetDatabaseRequest { Name = t.Database }),
        Of<DeleteDatabaseRequest, DeleteDatabaseResponse>("Delete", t => new DeleteDatabaseRequest { Name = t.Database }),
        Of<ListContainersRequest, ListContainersResponse>("List", t => new ListContainersRequest { Database = t.Database }),
        Of<ListUsersRequest, ListUsersResponse>("List", t => new ListUsersRequest { Database = t.Database }),
        Of<ListPermissionsRequest, ListPermissionsResponse>("List", t => new ListPermissionsRequest { Database = t.Database, User = "u" }),
    ];

    private InProcessNode _node = null!;
    private RequestSigner _ofPartition = null!;
    private RequestSigner _ofItem = null!;

    private static IEnumerable<TestCaseData> Cases()
    {
        foreach ((string what, Target hidden, Target absent) in Pairs)
        {
            IEnumerable<Method> methods = what switch
            {
                "item of another partition" => ItemMethods,
                "partition" => [.. ItemMethods, List, Query],
                "container" => [.. ItemMethods, List, Query, .. ContainerMethods],
                _ => [.. ItemMethods, List, Query, .. ContainerMethods, .. DatabaseMethods],
            };
            foreach (Method method in methods)
            {
                yield return new TestCaseData(method, false, hidden, absent).SetArgDisplayNames(method.Name, what);
            }
        }

        foreach (Method method in ItemMethods)
        {
            yield return new TestCaseData(method, true, ItemPair.Hidden, ItemPair.Absent).SetArgDisplayNames(method.Name, ItemPair.What);
        }
    }

    [OneTimeSetUp]
    public void Start()
    {
        _node = new InProcessNode();
        _ofPartition = _node.Bearer(7, "dbs/db/colls/items", "mine");
        _ofItem = _node.Bearer(8, "dbs/db/colls/items/docs/1", "mine");
        foreach (Target target in There.Distinct())
        {
            Assert.That(Refusal(_node.Owner, ItemMethods.Single(method => method.Name == "Upsert"), target), Is.Null);
        }
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _ofPartition.Dispose();
        _ofItem.Dispose();
        _node.Owner.Dispose();
        _node.Dispose();
    }

    [TestCaseSource(nameof(Cases))]
    public void Refusal_OfHiddenAndAbsent_AsksNoShardAndTakesTheSameMemory(Method method, bool ofItem, Target hidden, Target absent)
    {
        RequestSigner bearer = ofItem ? _ofItem : _ofPartition;
        int touches = _node.Touches;

        ErrorDetail? ofHidden = Refusal(bearer, method, hidden);
        ErrorDetail? ofAbsent = Refusal(bearer, method, absent);
        (long hiddenBytes, long absentBytes) = Compare(bearer, method, hidden, absent);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((ErrorCode?)ofHidden?.Code, Is.EqualTo(ErrorCode.Forbidden));
            Assert.That(ofAbsent, Is.EqualTo(ofHidden));
            Assert.That(_node.Touches, Is.EqualTo(touches), "shards were asked");
            Assert.That(hiddenBytes, Is.EqualTo(absentBytes), "bytes allocated");
        }
    }

    [Test]
    public void Refusal_OfHiddenAndAbsent_TakesAboutTheSameTime()
    {
        foreach ((string what, Target hidden, Target absent) in Pairs)
        {
            List<long>[] times = [[], []];
            for (int i = 0; i < Timings; i++)
            {
                // In turns, and each first as often as second: what else the machine does meets both.
                int first = i % 2;
                times[first].Add(Timed(_ofPartition, ItemMethods[0], first == 0 ? hidden : absent));
                times[1 - first].Add(Timed(_ofPartition, ItemMethods[0], first == 0 ? absent : hidden));
            }

            double ratio = (double)MedianOf(times[0]) / MedianOf(times[1]);
            TestContext.Out.WriteLine($"{what}: {ratio:f3}");
            Assert.That(ratio, Is.InRange(0.8, 1.25), what);
        }
    }

    [Test]
    public void Owner_OfTheSame_AsksShardsAndIsToldTheDifference()
    {
        // What the test above counts is there to be counted.
        foreach (Method method in ItemMethods.Where(method => method.Name.EndsWith("Read", StringComparison.Ordinal)))
        {
            foreach ((string what, Target hidden, Target absent) in Pairs.Take(2))
            {
                int touches = _node.Touches;
                Assert.That(Refusal(_node.Owner, method, hidden), Is.Null, what);
                Assert.That((ErrorCode?)Refusal(_node.Owner, method, absent)?.Code, Is.EqualTo(ErrorCode.NotFound), what);
                Assert.That(_node.Touches - touches, Is.EqualTo(4), $"{what}: a barrier and a view each");
                (long hiddenBytes, long absentBytes) = Compare(_node.Owner, method, hidden, absent);
                Assert.That(hiddenBytes, Is.Not.EqualTo(absentBytes), what);
            }
        }
    }

    [Test]
    public void Bearer_OfItsOwn_AsksShards()
    {
        int touches = _node.Touches;

        Assert.That(Refusal(_ofPartition, ItemMethods[0], Own), Is.Null);
        Assert.That(Refusal(_ofItem, ItemMethods[0], Own), Is.Null);
        Assert.That(_node.Touches - touches, Is.EqualTo(4));
    }

    private static PartitionKey KeyOf(Target target) => Support.ItemMethods.Key(target.Key);

    private static ByteString DocumentOf(Target target) => ByteString.CopyFromUtf8($$"""{"id":"{{target.Id}}","pk":"{{target.Key}}"}""");

    private static OperationBatch BatchOf(OperationKind kind, Target target) => new()
    {
        Bindings = { new ContainerBinding { Number = 1, Database = target.Database, Container = target.Container } },
        Operations =
        {
            kind is OperationKind.Read or OperationKind.Delete
                ? new ItemOperation { Tag = 1, Kind = kind, Container = 1, PartitionKey = KeyOf(target), Id = target.Id }
                : new ItemOperation { Tag = 1, Kind = kind, Container = 1, Body = DocumentOf(target) },
        },
    };

    private static Method Of<TRequest, TResponse>(string name, Func<Target, TRequest> request)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        UnaryCommand<TRequest, TResponse> command = Commands.All.OfType<UnaryCommand<TRequest, TResponse>>().Single(command => command.Method == name);
        return new Method(command.FullName, (node, caller, target) => node.Prepare(caller, command, request(target)));
    }

    private ErrorDetail? Refusal(RequestSigner caller, Method method, Target target)
    {
        PreparedCall call = method.Prepare(_node, caller, target);
        Assert.That(call.Run().IsCompletedSuccessfully, "it ran to its end on this thread");
        return call.Refusal();
    }

    /// <summary>The least that a call allocates, for each of two that are run in turns.</summary>
    /// <remarks>
    /// The least: now and then a table of the replay cache grows. Once more when they differ: the compiler may have made
    /// its better code, which allocates less, between the last run of the one and that of the other. A true difference stays.
    /// </remarks>
    private (long First, long Second) Compare(RequestSigner caller, Method method, Target first, Target second)
    {
        for (int i = 0; i < WarmUps; i++)
        {
            Allocated(caller, method, first);
            Allocated(caller, method, second);
        }

        (long First, long Second) least = default;
        for (int attempt = 0; attempt < Attempts && (attempt == 0 || least.First != least.Second); attempt++)
        {
            least = (long.MaxValue, long.MaxValue);
            for (int i = 0; i < Runs; i++)
            {
                least = (Math.Min(least.First, Allocated(caller, method, first)), Math.Min(least.Second, Allocated(caller, method, second)));
            }
        }

        return least;
    }

    private static long MedianOf(List<long> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private long Timed(RequestSigner caller, Method method, Target target)
    {
        PreparedCall call = method.Prepare(_node, caller, target);
        long began = Stopwatch.GetTimestamp();
        Task run = call.Run();
        long took = Stopwatch.GetTimestamp() - began;
        Assert.That(run.IsCompletedSuccessfully);
        return took;
    }

    private long Allocated(RequestSigner caller, Method method, Target target)
    {
        PreparedCall call = method.Prepare(_node, caller, target);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Task run = call.Run();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(run.IsCompletedSuccessfully);
        return allocated;
    }

    /// <summary>What a request names.</summary>
    public sealed record Target(string Database, string Container, string Key, string Id);

    /// <summary>A method of the API, or an operation of a stream.</summary>
    public sealed class Method
    {
        internal Method(string name, Func<InProcessNode, RequestSigner, Target, PreparedCall> prepare)
        {
            Name = name;
            Prepare = prepare;
        }

        /// <summary>What tests call it.</summary>
        public string Name { get; }

        internal Func<InProcessNode, RequestSigner, Target, PreparedCall> Prepare { get; }
    }
}
