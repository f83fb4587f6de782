using Nacre.Client;

namespace Nacre.Integration.Tests.Permissions;

internal sealed record Order(string Id, string Customer, string What);

/// <summary>The blocks of docs/permissions.md, between the marks, as tests run them.</summary>
internal static class PhoneApp
{
    public static async Task SetUpAsync(NacreClient client)
    {
        // sample: set-up
        Database shop = await client.CreateDatabaseIfNotExistsAsync("shop");
        Container orders = await shop.CreateContainerIfNotExistsAsync("orders", new ContainerSettings("/customer"));

        // Once for each customer, when the customer signs up.
        User ann = await shop.CreateUserIfNotExistsAsync("ann");
        await ann.CreatePermissionAsync("orders", PermissionSettings.ForContainer(orders, PermissionMode.All, partitionKey: "ann"));
        // end
    }

    public static async Task<string> BackEndAsync(NacreClient client, string signedInAs)
    {
        // sample: back-end
        // Behind the application's own sign-in: only the customer itself gets here.
        ResourceToken token = await client
            .GetDatabase("shop").GetUser(signedInAs).GetPermission("orders")
            .GetTokenAsync(TimeSpan.FromMinutes(30));

        return token.Token;
        // end
    }

    public static NacreClient Phone(Uri endpoint, string caCertificate, string token, Func<CancellationToken, Task<string>> askBackEnd)
    {
        // sample: phone
        var connection = NacreConnection.ForToken(endpoint, token, caCertificate);
        var client = new NacreClient(connection, new NacreClientOptions { TokenRefresh = askBackEnd });
        // end

        return client;
    }

    public static async Task<int> UseAsync(NacreClient client)
    {
        // sample: use
        Container orders = client.GetContainer("shop", "orders");
        await orders.UpsertItemAsync(new Order("1", "ann", "a bicycle"));

        int own = 0;
        await foreach (Item<Order> order in orders.ListItems<Order>())
        {
            own++;  // ann's alone, whoever else ordered
        }

        try
        {
            await orders.ReadItemAsync<Order>("bob", "1");
        }
        catch (NacreException e) when (e.Code == NacreErrorCode.Forbidden)
        {
            // The same whether bob has such an order or not.
        }
        // end

        return own;
    }

    public static async Task WithdrawAsync(NacreClient client)
    {
        // sample: withdraw
        await client.GetDatabase("shop").GetUser("ann").DeleteAsync();
        // end
    }
}
