using System.Text;
using Nacre.Client;
using Nacre.Integration.Tests.Support;

namespace Nacre.Integration.Tests;

/// <summary>The SDK against a whole node.</summary>
[TestFixture]
public sealed class ClientTests
{
    [Test]
    public async Task Stream_OfMoreBytesThanOneMessageMayHold_CarriesThemAll()
    {
        const int Items = 200;
        await using TestNode node = await TestNode.StartAsync();
        await using var client = new NacreClient(
            new NacreConnection(new Uri(node.Connection.Endpoint), node.Connection.AccountKey, node.Connection.CaCertificate),
            new NacreClientOptions { Transport = NacreTransport.Stream, MaxRetries = 0 });
        Database database = await client.CreateDatabaseAsync("big");
        Container container = client.GetContainer(database.Name, "items");
        await container.CreateAsync(new ContainerSettings("/pk"));
        string text = new('x', 32 * 1024);

        await Task.WhenAll(Enumerable.Range(0, Items).Select(async i =>
            await container.CreateJsonAsync(Encoding.UTF8.GetBytes($$"""{"id":"{{i}}","pk":"a","text":"{{text}}"}"""))));

        Item<ReadOnlyMemory<byte>> last = await container.ReadJsonAsync("a", $"{Items - 1}");
        Assert.That(last.Value.Length, Is.GreaterThan(text.Length));
    }
}
