using Nacre.Client.Tests.Fakes;

namespace Nacre.Client.Tests;

/// <summary>Lists and queries whose session the server does not take.</summary>
[TestFixture]
public sealed class SessionReadTests
{
    private FakeServer _server = null!;
    private NacreClient _client = null!;
    private Container _cities = null!;
    private int _asked;

    [SetUp]
    public async Task StartAsync()
    {
        _asked = 0;
        _server = await FakeServer.StartAsync();
        _client = _server.Client();
        _server.State.CreateDatabase("world");
        _server.State.CreateContainer(new() { Database = "world", Name = "cities", PartitionKeyPaths = { "/country" } });
        _cities = _client.GetContainer("world", "cities");
        await _cities.UpsertItemAsync(new City("1", "AD", "n"));
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [TestCase("List")]
    [TestCase("Query")]
    public async Task Read_OwnTokensRefused_IsMadeOnceMoreWithout(string method)
    {
        RefuseSession(method, times: 1);

        int rows = await CountAsync(method, sessionToken: null);

        Assert.That((rows, _asked), Is.EqualTo((1, 2)));
    }

    [TestCase("List")]
    [TestCase("Query")]
    public void Read_OwnTokensRefusedTwice_IsRefused(string method)
    {
        RefuseSession(method, times: int.MaxValue);

        Assert.That(() => CountAsync(method, sessionToken: null), Refused.With(NacreErrorCode.SessionTokenInvalid));
        Assert.That(_asked, Is.EqualTo(2));
    }

    [TestCase("List")]
    [TestCase("Query")]
    public void Read_GivenTokenRefused_IsRefusedAtOnce(string method)
    {
        RefuseSession(method, times: 1);

        Assert.That(() => CountAsync(method, sessionToken: "of another container"), Refused.With(NacreErrorCode.SessionTokenInvalid));
        Assert.That(_asked, Is.EqualTo(1), "the caller's own token is not dropped behind its back");
    }

    private void RefuseSession(string method, int times) => _server.State.Refuse = called =>
        called.EndsWith($"Items/{method}", StringComparison.Ordinal) && ++_asked <= times
            ? FakeState.Error(NacreErrorCode.SessionTokenInvalid)
            : null;

    private async Task<int> CountAsync(string method, string? sessionToken)
    {
        int count = 0;
        if (method == "List")
        {
            await foreach (Item<City> _ in _cities.ListItems<City>(new ListOptions { SessionToken = sessionToken }))
            {
                count++;
            }
        }
        else
        {
            await foreach (City _ in _cities.Query<City>("SELECT * FROM c", new QueryOptions { SessionToken = sessionToken }))
            {
                count++;
            }
        }

        return count;
    }
}
