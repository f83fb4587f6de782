using Microsoft.Extensions.DependencyInjection;
using Nacre.Client.Tests.Fakes;

namespace Nacre.Client.Tests;

[TestFixture]
public sealed class ServiceCollectionTests
{
    [Test]
    public async Task AddNacreClient_ConnectionString_GivesOneClient()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        await using ServiceProvider services = new ServiceCollection()
            .AddNacreClient($"AccountEndpoint={server.Endpoint};AccountKey={server.State.Key};CaCertificate={server.Authority.PemFile};")
            .BuildServiceProvider();

        NacreClient client = services.GetRequiredService<NacreClient>();

        Assert.That(services.GetRequiredService<NacreClient>(), Is.SameAs(client));
        Assert.That((await client.GetAccountAsync()).DataShards, Is.EqualTo(2));
    }

    [Test]
    public void Options_OutOfRange_Throw()
    {
        var connection = new NacreConnection(new Uri("https://localhost:1"), Convert.ToBase64String(new byte[64]));

        Assert.Multiple(() =>
        {
            Assert.That(() => new NacreClient(connection, new NacreClientOptions { Timeout = TimeSpan.Zero }), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => new NacreClient(connection, new NacreClientOptions { MaxRetries = -1 }), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => new NacreClient(connection, new NacreClientOptions { MaxOpenOperations = 0 }), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => new NacreClient(connection, new NacreClientOptions { MaxRetryDelay = TimeSpan.Zero }), Throws.InstanceOf<ArgumentException>());
        });
    }
}
