using System.Text;
using Nacre.Core.Errors;
using Nacre.Protocol.V1;
using Nacre.Server.Tests.Support;

namespace Nacre.Server.Tests.Items;

/// <summary>Lists, over the wire, of a container with several ranges and a hierarchical key.</summary>
[TestFixture]
public sealed class ItemListerTests
{
    private const int Tenants = 5;
    private const int Users = 4;
    private const int PerUser = 3;

    private TestWire _wire = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _wire = await TestWire.StartAsync(ranges: 4, paths: ["/tenant", "/user"]);
        for (int i = 0; i < Tenants * Users * PerUser; i++)
        {
            await _wire.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write(Json(i)));
        }
    }

    [OneTimeTearDown]
    public async Task Stop() => await _wire.DisposeAsync();

    [TestCase(ListOrder.Item, 0)]
    [TestCase(ListOrder.Item, 1)]
    [TestCase(ListOrder.Item, 7)]
    [TestCase(ListOrder.Item, 1000)]
    [TestCase(ListOrder.Change, 0)]
    [TestCase(ListOrder.Change, 1)]
    [TestCase(ListOrder.Change, 7)]
    [TestCase(ListOrder.Change, 1000)]
    public async Task List_Container_GivesEveryItemOnce(ListOrder order, int maxItems)
    {
        List<ListedItem> items = await ListAsync(new ListItemsRequest { Order = order, MaxItems = maxItems });

        Assert.That(Bodies(items), Is.EquivalentTo(Enumerable.Range(0, Tenants * Users * PerUser).Select(Json)));
    }

    [TestCase(ListOrder.Item)]
    [TestCase(ListOrder.Change)]
    public async Task List_PartitionKey_GivesItsItemsAlone(ListOrder order)
    {
        List<ListedItem> items = await ListAsync(new ListItemsRequest { Order = order, MaxItems = 2, PartitionKey = ItemMethods.Key("t1", "u2") });

        Assert.That(Bodies(items), Is.EquivalentTo(Expected(i => Tenant(i) == "t1" && User(i) == "u2")));
    }

    [TestCase(ListOrder.Item)]
    [TestCase(ListOrder.Change)]
    public async Task List_Prefix_GivesAllBelowIt(ListOrder order)
    {
        List<ListedItem> items = await ListAsync(new ListItemsRequest { Order = order, MaxItems = 5, PartitionKey = ItemMethods.Key("t3") });

        Assert.That(Bodies(items), Is.EquivalentTo(Expected(i => Tenant(i) == "t3")));
    }

    [Test]
    public async Task List_InItemOrder_IsTheSameWhateverThePage()
    {
        List<ListedItem> whole = await ListAsync(new ListItemsRequest { MaxItems = 1000 });
        List<ListedItem> pages = await ListAsync(new ListItemsRequest { MaxItems = 3 });

        Assert.That(Bodies(pages), Is.EqualTo(Bodies(whole)));
    }

    [Test]
    public async Task List_FullPageAtTheVeryEnd_HasNoContinuation()
    {
        ListItemsResponse page = await PageAsync(new ListItemsRequest { MaxItems = PerUser, PartitionKey = ItemMethods.Key("t1", "u2") });

        Assert.That(page.Items, Has.Count.EqualTo(PerUser));
        Assert.That(page.Continuation, Is.Empty);
    }

    [Test]
    public async Task List_LargeItems_EndsAPageBeforeFourMebibytes()
    {
        await using TestWire wire = await TestWire.StartAsync();
        string filler = new('x', 1_500_000);
        for (int i = 0; i < 4; i++)
        {
            await wire.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write($$"""{"id":"{{i}}","pk":"a","filler":"{{filler}}"}"""));
        }

        ListItemsResponse page = await wire.Client.CallAsync(
            ItemMethods.List, new ListItemsRequest { Database = "db", Container = "items", MaxItems = 1000 });

        Assert.That(page.Items, Has.Count.EqualTo(2));
        Assert.That(page.Continuation, Is.Not.Empty);
    }

    [TestCase(-1)]
    [TestCase(1001)]
    public async Task List_CountOutOfRange_IsMalformed(int maxItems) =>
        Assert.That(await CodeAsync(new ListItemsRequest { MaxItems = maxItems }), Is.EqualTo(ErrorCode.Malformed));

    [Test]
    public async Task List_UnknownOrder_IsMalformed() =>
        Assert.That(await CodeAsync(new ListItemsRequest { Order = (ListOrder)7 }), Is.EqualTo(ErrorCode.Malformed));

    [Test]
    public async Task List_TooManyKeyValues_IsMalformed() =>
        Assert.That(await CodeAsync(new ListItemsRequest { PartitionKey = ItemMethods.Key("a", "b", "c") }), Is.EqualTo(ErrorCode.Malformed));

    [Test]
    public async Task List_ContinuationOfAnotherList_IsRefused()
    {
        string token = (await PageAsync(new ListItemsRequest { MaxItems = 1 })).Continuation;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await CodeAsync(new ListItemsRequest { Continuation = token, Order = ListOrder.Change }), Is.EqualTo(ErrorCode.ContinuationInvalid));
            Assert.That(
                await CodeAsync(new ListItemsRequest { Continuation = token, PartitionKey = ItemMethods.Key("t1") }),
                Is.EqualTo(ErrorCode.ContinuationInvalid));
            Assert.That(await CodeAsync(new ListItemsRequest { Continuation = token[1..] }), Is.EqualTo(ErrorCode.ContinuationInvalid));
            Assert.That(await CodeAsync(new ListItemsRequest { Continuation = "rubbish" }), Is.EqualTo(ErrorCode.ContinuationInvalid));
        }
    }

    [Test]
    public async Task List_Continuation_HoldsNoShard()
    {
        string token = (await PageAsync(new ListItemsRequest { MaxItems = 1 })).Continuation;

        // The same list over another cut of the hash space: the token still says where to go on.
        _wire.Routes.Current = TestWire.RoutesOver(_wire.Shard, ranges: 4, "/tenant", "/user");
        List<ListedItem> rest = await ListAsync(new ListItemsRequest { MaxItems = 10, Continuation = token });

        Assert.That(rest, Has.Count.EqualTo((Tenants * Users * PerUser) - 1));
    }

    private static string Tenant(int i) => $"t{i % Tenants}";

    private static string User(int i) => $"u{i / Tenants % Users}";

    private static string Json(int i) => $$"""{"id":"{{i}}","tenant":"{{Tenant(i)}}","user":"{{User(i)}}"}""";

    private static IEnumerable<string> Expected(Func<int, bool> wanted) => Enumerable.Range(0, Tenants * Users * PerUser).Where(wanted).Select(Json);

    private static List<string> Bodies(IEnumerable<ListedItem> items) => [.. items.Select(item => item.Body.ToString(Encoding.UTF8))];

    private async Task<List<ListedItem>> ListAsync(ListItemsRequest request)
    {
        var items = new List<ListedItem>();
        do
        {
            ListItemsResponse page = await PageAsync(request);
            Assert.That(page.Items, Is.Not.Empty);
            items.AddRange(page.Items);
            request.Continuation = page.Continuation;
        }
        while (request.Continuation.Length > 0);

        return items;
    }

    private Task<ListItemsResponse> PageAsync(ListItemsRequest request)
    {
        request.Database = "db";
        request.Container = "items";
        return _wire.Client.CallAsync(ItemMethods.List, request.Clone());
    }

    private Task<ErrorCode> CodeAsync(ListItemsRequest request)
    {
        request.Database = "db";
        request.Container = "items";
        return _wire.ReadOnlyClient.CodeOfAsync(ItemMethods.List, request);
    }
}
