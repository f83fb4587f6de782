using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Nacre.Client;
using Nacre.Integration.Tests.Support;
using Nacre.Server.Hosting;

namespace Nacre.Integration.Tests.Permissions;

/// <summary>The worked example of docs/permissions.md, and what the SDK does with tokens.</summary>
[TestFixture]
public sealed partial class PhoneAppTests
{
    [Test]
    public void Guide_EverySample_EqualsTheCompiledOne()
    {
        Dictionary<string, string> compiled = Compiled().Matches(Read("PhoneApp.cs"))
            .ToDictionary(match => match.Groups["name"].Value, match => Unindent(match.Groups["code"].Value));
        string guide = Read("../../../docs/permissions.md");
        Dictionary<string, string> shown = Shown().Matches(guide)
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["code"].Value.Trim());

        Assert.That(shown, Is.EqualTo(compiled));
        Assert.That(Regex.Count(guide, "```csharp"), Is.EqualTo(shown.Count), "every block is marked");
    }

    [TestCase(NacreTransport.Unary)]
    [TestCase(NacreTransport.Stream)]
    public async Task Guide_FromSignUpToWithdrawal_Runs(NacreTransport transport)
    {
        await using TestNode node = await TestNode.StartAsync();
        await using NacreClient backEnd = Owner(node);
        await PhoneApp.SetUpAsync(backEnd);
        await backEnd.GetContainer("shop", "orders").UpsertItemAsync(new Order("1", "bob", "a boat"));
        string token = await PhoneApp.BackEndAsync(backEnd, "ann");
        await using NacreClient phone = PhoneApp.Phone(node.Node.Endpoint, node.Connection.CaCertificate!, token, _ => PhoneApp.BackEndAsync(backEnd, "ann"));
        await using NacreClient byTransport = Bearer(node, token, new NacreClientOptions { Transport = transport });

        int own = await PhoneApp.UseAsync(phone);
        await byTransport.GetContainer("shop", "orders").UpsertItemAsync(new Order("2", "ann", "a bell"));
        await PhoneApp.WithdrawAsync(backEnd);
        NacreException withdrawn = await ErrorOfAsync(() => byTransport.GetContainer("shop", "orders").UpsertItemAsync(new Order("3", "ann", "more")).AsTask());

        Assert.That(own, Is.EqualTo(1));
        Assert.That(withdrawn.Code, Is.AnyOf(NacreErrorCode.Unauthenticated, NacreErrorCode.OutcomeUnknown));
    }

    [TestCase(NacreTransport.Unary)]
    [TestCase(NacreTransport.Stream)]
    public async Task Refresh_BeforeTheEnd_GoesOnWithoutARefusal(NacreTransport transport)
    {
        var clock = new ShiftedClock();
        await using TestNode node = await TestNode.StartAsync(environment: new NodeEnvironment { Time = clock });
        await using NacreClient backEnd = Owner(node, clock);
        await PhoneApp.SetUpAsync(backEnd);
        int refreshed = 0;
        Func<CancellationToken, Task<string>> refresh = _ =>
        {
            refreshed++;
            return PhoneApp.BackEndAsync(backEnd, "ann");
        };
        await using NacreClient phone = Bearer(
            node, await PhoneApp.BackEndAsync(backEnd, "ann"), new NacreClientOptions { Transport = transport, TokenRefresh = refresh, TimeProvider = clock });
        Container orders = phone.GetContainer("shop", "orders");

        await orders.UpsertItemAsync(new Order("1", "ann", "a"));
        Assert.That(refreshed, Is.Zero);
        clock.Advance(TimeSpan.FromMinutes(26));
        await orders.UpsertItemAsync(new Order("2", "ann", "b"));
        await orders.UpsertItemAsync(new Order("3", "ann", "c"));
        Assert.That(refreshed, Is.EqualTo(1), "before the end");
        clock.Advance(TimeSpan.FromMinutes(31));
        await orders.UpsertItemAsync(new Order("4", "ann", "d"));
        Assert.That(refreshed, Is.EqualTo(2), "after the end of an idle time");
    }

    [TestCase(NacreTransport.Unary)]
    [TestCase(NacreTransport.Stream)]
    public async Task Refresh_AfterThePermissionWasReplaced_TakesTheNewToken(NacreTransport transport)
    {
        await using TestNode node = await TestNode.StartAsync();
        await using NacreClient backEnd = Owner(node);
        await PhoneApp.SetUpAsync(backEnd);
        int refreshed = 0;
        Func<CancellationToken, Task<string>> refresh = _ =>
        {
            refreshed++;
            return PhoneApp.BackEndAsync(backEnd, "ann");
        };
        await using NacreClient phone = Bearer(
            node, await PhoneApp.BackEndAsync(backEnd, "ann"), new NacreClientOptions { Transport = transport, TokenRefresh = refresh, RetryDelay = TimeSpan.FromMilliseconds(1) });
        Container orders = phone.GetContainer("shop", "orders");
        await orders.UpsertItemAsync(new Order("1", "ann", "a"));
        Permission permission = backEnd.GetDatabase("shop").GetUser("ann").GetPermission("orders");

        await permission.ReplaceAsync((await permission.GetAsync()).Settings);
        await orders.UpsertItemAsync(new Order("2", "ann", "b"));

        Assert.That(refreshed, Is.EqualTo(1));
        Assert.That((await orders.ReadItemAsync<Order>("ann", "2")).Value.What, Is.EqualTo("b"));
    }

    [Test]
    public async Task Refresh_ThatFails_LetsTheTokenServeToItsEnd()
    {
        var clock = new ShiftedClock();
        await using TestNode node = await TestNode.StartAsync(environment: new NodeEnvironment { Time = clock });
        await using NacreClient backEnd = Owner(node, clock);
        await PhoneApp.SetUpAsync(backEnd);
        int asked = 0;
        Func<CancellationToken, Task<string>> refresh = _ => ++asked % 2 == 0 ? Task.FromResult("rubbish") : throw new IOException("The back end is down.");
        await using NacreClient phone = Bearer(
            node, await PhoneApp.BackEndAsync(backEnd, "ann"), new NacreClientOptions { TokenRefresh = refresh, TimeProvider = clock });
        Container orders = phone.GetContainer("shop", "orders");

        clock.Advance(TimeSpan.FromMinutes(26));
        await orders.UpsertItemAsync(new Order("1", "ann", "a"));
        await orders.UpsertItemAsync(new Order("2", "ann", "b"));
        Assert.That(asked, Is.EqualTo(1), "not for every request");
        clock.Advance(TimeSpan.FromMinutes(5));
        NacreException ended = await ErrorOfAsync(() => orders.UpsertItemAsync(new Order("3", "ann", "c")).AsTask());

        Assert.That(ended.Code, Is.EqualTo(NacreErrorCode.TokenExpired));
        Assert.That(ended.Message, Does.Contain("callback"));
    }

    [Test]
    public async Task Token_WithoutRefresh_EndsWithItsCode()
    {
        var clock = new ShiftedClock();
        await using TestNode node = await TestNode.StartAsync(environment: new NodeEnvironment { Time = clock });
        await using NacreClient backEnd = Owner(node, clock);
        await PhoneApp.SetUpAsync(backEnd);
        await using NacreClient phone = Bearer(node, await PhoneApp.BackEndAsync(backEnd, "ann"), new NacreClientOptions { TimeProvider = clock });

        clock.Advance(TimeSpan.FromMinutes(30));
        NacreException ended = await ErrorOfAsync(() => phone.GetContainer("shop", "orders").UpsertItemAsync(new Order("3", "ann", "c")).AsTask());

        Assert.That(ended.Code, Is.EqualTo(NacreErrorCode.TokenExpired));
    }

    [Test]
    public async Task Administration_ByTheSdk_TellsWhatTheServerHas()
    {
        await using TestNode node = await TestNode.StartAsync();
        await using NacreClient owner = Owner(node);
        await PhoneApp.SetUpAsync(owner);
        Database shop = owner.GetDatabase("shop");
        User ann = shop.GetUser("ann");
        Permission item = await ann.CreatePermissionAsync(
            "one", PermissionSettings.ForItem(owner.GetContainer("shop", "orders"), "ann", "7", PermissionMode.Read));

        List<UserProperties> users = [];
        await foreach (UserProperties user in shop.ListUsers())
        {
            users.Add(user);
        }

        List<PermissionProperties> permissions = [];
        await foreach (PermissionProperties permission in ann.ListPermissions())
        {
            permissions.Add(permission);
        }

        ResourceToken token = await item.GetTokenAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(users.Single(), Is.EqualTo(await ann.GetAsync()));
            Assert.That(permissions.Select(permission => permission.Name), Is.EqualTo(new[] { "one", "orders" }));
            Assert.That(permissions[0].Settings, Is.EqualTo(new PermissionSettings(PermissionMode.Read, "dbs/shop/colls/orders/docs/7") { PartitionKey = "ann" }));
            Assert.That(token.ToString(), Does.Not.Contain(token.Token[..20]));
            Assert.That(NacreConnection.ForToken(node.Node.Endpoint, token.Token).ToString(), Does.Not.Contain(token.Token[..20]));
            Assert.That(() => item.GetTokenAsync(TimeSpan.FromMinutes(1)), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That((await owner.Keys.RotateTokenKeyAsync(revoke: true)).Generation, Is.EqualTo(2));
        }

        await item.DeleteAsync();
        Assert.That((await ErrorOfAsync(() => item.GetAsync())).Code, Is.EqualTo(NacreErrorCode.NotFound));
    }

    [GeneratedRegex(@"// sample: (?<name>\S+)\n(?<code>.*?)\n\s*// end", RegexOptions.Singleline)]
    private static partial Regex Compiled();

    [GeneratedRegex(@"<!-- sample: (?<name>\S+) -->\n```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Shown();

    private static string Unindent(string code)
    {
        string[] lines = code.Split('\n');
        return string.Join('\n', lines.Select(line => line.Length == 0 ? line : line[8..])).Trim();
    }

    private static string Read(string path, [CallerFilePath] string here = "") => File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, path));

    private static NacreClient Owner(TestNode node, TimeProvider? clock = null) => new(
        new NacreConnection(node.Node.Endpoint, node.Connection.AccountKey, node.Connection.CaCertificate),
        new NacreClientOptions { TimeProvider = clock ?? TimeProvider.System });

    private static NacreClient Bearer(TestNode node, string token, NacreClientOptions options) =>
        new(NacreConnection.ForToken(node.Node.Endpoint, token, node.Connection.CaCertificate), options);

    private static async Task<NacreException> ErrorOfAsync(Func<Task> action) => (await Assert.ThrowsAsync<NacreException>(() => action()))!;
}
