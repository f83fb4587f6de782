using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Nacre.Client.Linq;

namespace Nacre.Client.Tests.Samples;

internal sealed record City(string Id, string Country, string Name)
{
    public int? Population { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(City))]
internal sealed partial class CityContext : JsonSerializerContext;

/// <summary>The blocks of src/Client/README.md, between the marks, as tests run them.</summary>
internal static class ReadmeSamples
{
    public static async Task ConnectAsync(string connectionString)
    {
        // sample: connect
        await using var client = new NacreClient(connectionString);

        Database database = await client.CreateDatabaseIfNotExistsAsync("world");
        Container cities = await database.CreateContainerIfNotExistsAsync("cities", new ContainerSettings("/country"));
        // end

        await cities.GetAsync();
    }

    public static async Task ConnectByFileAsync(string connectionFile)
    {
        // sample: connect-file
        await using var client = new NacreClient(NacreConnection.Load(connectionFile));
        // end

        await client.GetAccountAsync();
    }

    public static async Task ItemsAsync(Container cities)
    {
        // sample: items
        await cities.CreateItemAsync(new City("ad-1", "AD", "Andorra la Vella"));

        Item<City> read = await cities.ReadItemAsync<City>("AD", "ad-1");
        City changed = read.Value with { Population = 22_615 };

        // Only if nobody changed it since.
        await cities.ReplaceItemAsync(changed, new WriteOptions { IfMatch = read.ETag });

        // A miss that is expected is no exception.
        Item<City>? nowhere = await cities.TryReadItemAsync<City>("AD", "ad-404");

        await cities.DeleteItemAsync("AD", "ad-1");
        // end

        Assert.That(nowhere, Is.Null);
        Assert.That(await cities.TryReadItemAsync<City>("AD", "ad-1"), Is.Null);
    }

    public static async Task RawAsync(Container cities)
    {
        // sample: raw
        await cities.UpsertJsonAsync("""{"id":"ad-2","country":"AD","name":"Encamp"}"""u8.ToArray());

        Item<ReadOnlyMemory<byte>> raw = await cities.ReadJsonAsync("AD", "ad-2");
        // end

        Assert.That(raw.Value.Length, Is.EqualTo(44));
    }

    public static async Task ListsAsync(Container cities)
    {
        // sample: lists
        await foreach (Item<City> item in cities.ListItems<City>(new ListOptions { PartitionKey = "AD" }))
        {
            Console.WriteLine(item.Value.Name);
        }

        // Page by page, to go on later.
        await foreach (Page<Item<City>> page in cities.ListItems<City>().AsPages())
        {
            string? goOnAt = page.Continuation;
        }
        // end
    }

    public static async Task QueriesAsync(Container cities)
    {
        // sample: queries
        var options = new QueryOptions { Parameters = new() { { "@country", "AD" } }, PageSize = 50 };
        await foreach (City city in cities.Query<City>("SELECT * FROM c WHERE c.country = @country ORDER BY c.name", options))
        {
            Console.WriteLine(city.Name);
        }

        // Page by page: what each cost, and where to go on later.
        await foreach (QueryPage<City> page in cities.Query<City>("SELECT * FROM c").AsPages())
        {
            Console.WriteLine($"{page.Values.Count} rows for {page.RequestCharge}");
            string? goOnAt = page.Continuation;
        }
        // end
    }

    public static async Task LinqAsync(Container cities)
    {
        // sample: linq
        IQueryable<City> some = cities.AsQueryable<City>()
            .Where(c => c.Country == "AD" && c.Name.StartsWith("Enc"))
            .OrderBy(c => c.Name);

        await foreach (City city in some.AsAsyncEnumerable())
        {
            Console.WriteLine(city.Name);
        }

        // SELECT VALUE c FROM c WHERE c.country = @p0 AND STARTSWITH(c.name, @p1) ORDER BY c.name
        string text = some.ToQueryText();

        bool hasLarge = await some.AnyAsync(c => c.Population > 20_000);
        // end

        Assert.That(text, Is.EqualTo("SELECT VALUE c FROM c WHERE c.country = @p0 AND STARTSWITH(c.name, @p1) ORDER BY c.name"));
        Assert.That(hasLarge, Is.True);
    }

    public static async Task IndexingAsync(Container cities)
    {
        // sample: indexing
        await cities.ReplaceIndexingPolicyAsync(new IndexingPolicy
        {
            ExcludedPaths = ["/notes/*"],
            CompositeIndexes = [[new CompositePath("/country"), new CompositePath("/population", IsDescending: true)]],
        });

        // The container serves all the while; queries use the indexes of before until the new ones are built.
        await cities.WaitForIndexingAsync(new Progress<IndexingProgress>(now => Console.WriteLine($"{now.Fraction:P0}")));
        // end

        Assert.That((await cities.GetAsync()).Indexing.ExcludedPaths, Is.EqualTo(new[] { "/notes/*" }));
    }

    public static async Task BulkAsync(Container cities, IAsyncEnumerable<City> source)
    {
        // sample: bulk
        await foreach (BulkResult result in cities.Bulk.WriteAsync(source))
        {
            if (!result.IsOk)
            {
                Console.Error.WriteLine($"item {result.Index}: {result.Error.Message}");
            }
        }
        // end
    }

    public static async Task StreamAsync(string connectionString)
    {
        // sample: stream
        await using var fast = new NacreClient(connectionString, new NacreClientOptions { Transport = NacreTransport.Stream });
        // end

        await fast.GetContainer("world", "cities").UpsertItemAsync(new City("ad-3", "AD", "Ordino"));
    }

    public static async Task SessionAsync(string connectionString)
    {
        // sample: session
        await using var client = new NacreClient(connectionString, new NacreClientOptions { Consistency = ConsistencyLevel.Session });
        Container cities = client.GetContainer("world", "cities");
        WriteResult written = await cities.UpsertItemAsync(new City("ad-5", "AD", "La Massana"));

        // Has the write, whichever node answers.
        Item<City> own = await cities.ReadItemAsync<City>("AD", "ad-5");

        // So has a read in another process that was given the token.
        Item<City> theirs = await cities.ReadItemAsync<City>("AD", "ad-5", new ReadOptions { SessionToken = written.SessionToken });

        // What some node has, at once.
        Item<City>? glance = await cities.TryReadItemAsync<City>("AD", "ad-5", new ReadOptions { Consistency = ConsistencyLevel.Eventual });
        // end

        Console.WriteLine($"{own.Value} {theirs.Value} {glance?.Value}");
    }

    public static async Task ErrorsAsync(Container cities, City city)
    {
        // sample: errors
        try
        {
            await cities.CreateItemAsync(city);
        }
        catch (NacreException e) when (e.Code == NacreErrorCode.AlreadyExists)
        {
            Console.WriteLine("It is there already.");
        }
        // end
    }

    public static void Host(IServiceCollection services, string connectionString)
    {
        // sample: host
        services.AddNacreClient(connectionString);
        // end
    }

    public static async Task NativeAsync(string connectionString)
    {
        // sample: native
        await using var client = new NacreClient(
            connectionString, new NacreClientOptions { SerializerOptions = CityContext.Default.Options });
        // end

        await client.GetContainer("world", "cities").UpsertItemAsync(new City("ad-4", "AD", "Canillo"));
    }
}
