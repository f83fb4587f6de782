using Nacre.Client.Tests.Fakes;

namespace Nacre.Client.Tests;

/// <summary>Databases, containers, lists, account and keys.</summary>
[TestFixture]
public sealed class AdministrationTests
{
    private FakeServer _server = null!;
    private NacreClient _client = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await FakeServer.StartAsync();
        _client = _server.Client();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Database_CreateGetDelete_Works()
    {
        Database database = await _client.CreateDatabaseAsync("world");
        DatabaseProperties properties = await database.GetAsync();

        Assert.That(properties.Name, Is.EqualTo("world"));
        Assert.That(properties.CreatedAt, Is.EqualTo(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000)));
        Assert.That(() => database.CreateAsync(), Refused.With(NacreErrorCode.AlreadyExists));
        Assert.That(async () => await _client.CreateDatabaseIfNotExistsAsync("world"), Throws.Nothing);
        Assert.That(() => database.DeleteAsync("stale"), Refused.With(NacreErrorCode.PreconditionFailed));

        await database.DeleteAsync(properties.ETag);

        Assert.That(() => database.GetAsync(), Refused.With(NacreErrorCode.NotFound));
    }

    [Test]
    public async Task Container_CreateGetDelete_Works()
    {
        Database database = await _client.CreateDatabaseAsync("world");
        Container container = await database.CreateContainerAsync("cities", new ContainerSettings("/country", "/region"));
        ContainerProperties properties = await container.GetAsync();

        Assert.That(properties.PartitionKeyPaths, Is.EqualTo(new[] { "/country", "/region" }));
        Assert.That(properties.Ranges, Has.Exactly(1).Items);
        Assert.That(async () => await database.CreateContainerIfNotExistsAsync("cities", new ContainerSettings("/country")), Throws.Nothing);

        await container.DeleteAsync();

        Assert.That(() => container.GetAsync(), Refused.With(NacreErrorCode.NotFound));
    }

    [Test]
    public async Task ListDatabases_SeveralPages_GivesAll()
    {
        foreach (string name in new[] { "e", "d", "c", "b", "a" })
        {
            await _client.CreateDatabaseAsync(name);
        }

        List<string> names = [];
        await foreach (DatabaseProperties database in _client.ListDatabases())
        {
            names.Add(database.Name);
        }

        Assert.That(names, Is.EqualTo(new[] { "a", "b", "c", "d", "e" }));
    }

    [Test]
    public async Task ListItems_Pages_GoOnFromAContinuation()
    {
        Container cities = await FillAsync(25);
        var options = new ListOptions { PageSize = 10 };

        List<Page<Item<City>>> pages = [];
        await foreach (Page<Item<City>> page in cities.ListItems<City>(options).AsPages())
        {
            pages.Add(page);
        }

        Assert.That(pages.Select(page => page.Values.Count), Is.EqualTo(new[] { 10, 10, 5 }));
        Assert.That(pages[^1].Continuation, Is.Null);

        List<string> rest = [];
        await foreach (Item<City> item in cities.ListItems<City>(options with { Continuation = pages[0].Continuation }))
        {
            rest.Add(item.Value.Id);
        }

        Assert.That(rest, Is.EqualTo(pages.Skip(1).SelectMany(page => page.Values).Select(item => item.Value.Id)));
    }

    [Test]
    public async Task ListItems_Partition_GivesOnlyIt()
    {
        Container cities = await FillAsync(6);
        int count = 0;

        await foreach (Item<City> item in cities.ListItems<City>(new ListOptions { PartitionKey = "C1" }))
        {
            Assert.That(item.Value.Country, Is.EqualTo("C1"));
            count++;
        }

        Assert.That(count, Is.EqualTo(3));
    }

    [Test]
    public async Task ListItems_ChangeOrder_GivesOldestFirst()
    {
        Container cities = await FillAsync(6);
        await cities.UpsertItemAsync(new City("0", "C0", "changed"));
        List<ulong> lsns = [];

        await foreach (Item<ReadOnlyMemory<byte>> item in cities.ListJson(new ListOptions { Order = ListOrder.Change }))
        {
            lsns.Add(item.Lsn);
        }

        Assert.That(lsns, Is.Ordered.And.Exactly(6).Items);
    }

    [TestCase(0)]
    [TestCase(1001)]
    public void ListItems_PageSizeOutOfRange_Throws(int size)
    {
        Assert.That(
            () => _client.GetContainer("a", "b").ListJson(new ListOptions { PageSize = size }),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task Account_Get_Tells()
    {
        AccountProperties account = await _client.GetAccountAsync();

        Assert.That(account.ClusterId, Is.EqualTo(new string('0', 32)));
        Assert.That(account.MaxDocumentBytes, Is.EqualTo(2 * 1024 * 1024));
    }

    [Test]
    public async Task Keys_ListRegenerateRotate_Work()
    {
        IReadOnlyList<AccountKeyProperties> keys = await _client.Keys.ListAsync();
        RegeneratedKey regenerated = await _client.Keys.RegenerateAsync(AccountKeyKind.Secondary);
        EncryptionKeys encryption = await _client.Keys.GetEncryptionKeysAsync();
        EncryptionKeys rotated = await _client.Keys.RotateEncryptionKeysAsync(EncryptionKeyScope.Domain, reencrypt: true);

        Assert.That(keys.Select(key => key.Kind), Is.EqualTo(Enum.GetValues<AccountKeyKind>()));
        Assert.That(regenerated.Properties.Kind, Is.EqualTo(AccountKeyKind.Secondary));
        Assert.That(regenerated.ToString(), Does.Not.Contain(regenerated.Key));
        Assert.That(encryption.DataKeys.Single().State, Is.EqualTo("current"));
        Assert.That(rotated.IsReencrypting, Is.True);
    }

    private async Task<Container> FillAsync(int count)
    {
        Database database = await _client.CreateDatabaseAsync("world");
        Container cities = await database.CreateContainerAsync("cities", new ContainerSettings("/country"));
        for (int i = 0; i < count; i++)
        {
            await cities.CreateItemAsync(new City($"{i}", $"C{i % 2}", "n"));
        }

        return cities;
    }
}
