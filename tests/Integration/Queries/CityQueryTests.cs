using System.Text.Json;
using Nacre.Cli;
using Nacre.Client;
using Nacre.Integration.Tests.Support;

namespace Nacre.Integration.Tests.Queries;

/// <summary>Questions about 171,075 cities in four ranges, asked through the SDK, with answers computed by plain LINQ over the file.</summary>
[TestFixture]
public sealed partial class CityQueryTests
{
    private IReadOnlyList<CityModel> _all = [];
    private TestNode _node = null!;
    private NacreClient _client = null!;
    private Container _cities = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        (_all, IReadOnlyList<byte[]> lines) = CityModel.Load();
        _node = await TestNode.StartAsync();
        _client = Connect();
        _cities = await (await _client.CreateDatabaseAsync("world")).CreateContainerAsync(
            "cities", new ContainerSettings("/country") { Ranges = 4, Indexing = new IndexingPolicy { SpatialIndexes = [new SpatialIndex("/location/?", SpatialType.Point)] } });
        await foreach (BulkResult result in _cities.Bulk.WriteJsonAsync(Each(lines)))
        {
            Assert.That(result.IsOk, Is.True, result.Error?.Message);
        }
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _client.DisposeAsync();
        await _node.DisposeAsync();
    }

    [Test]
    public async Task Cities_Counted() =>
        Assert.That(await OneAsync<int>("SELECT VALUE COUNT(1) FROM c"), Is.EqualTo(_all.Count));

    [Test]
    public async Task Cities_PerCountry()
    {
        List<Group> rows = await RowsAsync<Group>("SELECT c.country AS key, COUNT(1) AS n FROM c GROUP BY c.country");

        Assert.That(rows.ToDictionary(row => row.Key, row => row.N), Is.EqualTo(_all.GroupBy(c => c.Country).ToDictionary(g => g.Key, g => (double)g.Count())));
    }

    [Test]
    public async Task Latitude_OfTheNorthernmostOfEachContinent()
    {
        List<Group> rows = await RowsAsync<Group>("SELECT c.continent AS key, MAX(c.location.coordinates[1]) AS n FROM c GROUP BY c.continent");

        Assert.That(rows.ToDictionary(row => row.Key, row => row.N), Is.EqualTo(_all.GroupBy(c => c.Continent).ToDictionary(g => g.Key, g => g.Max(c => c.Latitude))));
    }

    [Test]
    public async Task Northernmost_OfEachContinent()
    {
        foreach (IGrouping<string, CityModel> continent in _all.GroupBy(c => c.Continent))
        {
            string id = await OneAsync<string>(
                "SELECT TOP 1 VALUE c.id FROM c WHERE c.continent = @continent ORDER BY c.location.coordinates[1] DESC", new() { { "@continent", continent.Key } });

            Assert.That(_all.Single(c => c.Id == id).Latitude, Is.EqualTo(continent.Max(c => c.Latitude)), continent.Key);
        }
    }

    [TestCase("SELECT VALUE c.id FROM c WHERE STARTSWITH(c.name, 'San ')", "prefix")]
    [TestCase("SELECT VALUE c.id FROM c WHERE STARTSWITH(c.name, 'SÃO', true)", "prefix of any case")]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.name LIKE '%burg'", "suffix by LIKE")]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.name LIKE 'M_nster%'", "one character by LIKE")]
    [TestCase("SELECT VALUE c.id FROM c WHERE CONTAINS(c.name, 'york', true)", "part of any case")]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.country IN ('AD', 'LI', 'MT')", "some countries")]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.location.coordinates[1] BETWEEN -1 AND 1", "at the equator")]
    [TestCase("SELECT VALUE c.id FROM c WHERE NOT IS_DEFINED(c.region)", "without region")]
    [TestCase("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.currencies, 'CHF')", "with a currency")]
    [TestCase("SELECT VALUE c.id FROM c WHERE EXISTS(SELECT VALUE l FROM l IN c.languages WHERE l = 'ca')", "with a language")]
    [TestCase("SELECT VALUE c.id FROM c WHERE ARRAY_LENGTH(c.languages) > 5", "many languages")]
    [TestCase("SELECT VALUE c.id FROM c JOIN l IN c.languages WHERE l = 'ro'", "a language, joined")]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.continent = 'OC' AND NOT (c.country = 'AU' OR c.country = 'NZ')", "and, or, not")]
    public async Task Ids_OfAQuestion(string text, string question)
    {
        Func<CityModel, bool> wanted = question switch
        {
            "prefix" => c => c.Name.StartsWith("San ", StringComparison.Ordinal),
            "prefix of any case" => c => c.Name.StartsWith("SÃO", StringComparison.OrdinalIgnoreCase),
            "suffix by LIKE" => c => c.Name.EndsWith("burg", StringComparison.Ordinal),
            "one character by LIKE" => c => c.Name.Length >= 7 && c.Name[0] == 'M' && c.Name.IndexOf("nster", StringComparison.Ordinal) == 2,
            "part of any case" => c => c.Name.Contains("york", StringComparison.OrdinalIgnoreCase),
            "some countries" => c => c.Country is "AD" or "LI" or "MT",
            "at the equator" => c => c.Latitude is >= -1 and <= 1,
            "without region" => c => c.Region is null,
            "with a currency" => c => c.Currencies.Contains("CHF"),
            "with a language" => c => c.Languages.Contains("ca"),
            "many languages" => c => c.Languages.Length > 5,
            "a language, joined" => c => c.Languages.Contains("ro"),
            "and, or, not" => c => c.Continent == "OC" && c.Country is not ("AU" or "NZ"),
            _ => throw new AssertionException($"What is '{question}'?"),
        };
        List<string> expected = [.. _all.Where(wanted).Select(c => c.Id)];

        List<string> ids = await RowsAsync<string>(text);

        Assert.That(expected, Is.Not.Empty, "the question has an answer");
        Assert.That(ids.Order(StringComparer.Ordinal), Is.EqualTo(expected.Order(StringComparer.Ordinal)));
    }

    [Test]
    public async Task Cities_WithinFiftyKilometres()
    {
        const string Distance = "ST_DISTANCE(c.location, {'type': 'Point', 'coordinates': [13.405, 52.52]})";
        QueryPage<string> page = await FirstAsync(_cities.Query<string>($"SELECT VALUE c.id FROM c WHERE {Distance} < 50000", new QueryOptions { PageSize = 1000, Explain = true }));
        List<string> scanned = await RowsAsync<string>($"SELECT VALUE c.id FROM c WHERE {Distance} + 0 < 50000");
        HashSet<string> ids = [.. page.Values];

        List<string> surely = [.. _all.Where(c => c.KilometresTo(13.405, 52.52) < 49.7).Select(c => c.Id)];
        Assert.That(surely, Has.Count.GreaterThan(50));
        Assert.That(page.Continuation, Is.Null);
        Assert.That(page.Values, Is.EqualTo(scanned), "what the index finds is what is there");
        Assert.That(page.Plan, Does.StartWith("lookup").And.Contain("spatial: /location within 50000 m of {"));
        Assert.That(page.ItemsLookedAt, Is.LessThan(1000));
        Assert.That(surely, Is.SubsetOf(ids));
        Assert.That(ids, Is.SubsetOf(_all.Where(c => c.KilometresTo(13.405, 52.52) < 50.3).Select(c => c.Id)));
    }

    [Test]
    public async Task Languages_Joined_CountCities()
    {
        List<Group> rows = await RowsAsync<Group>("SELECT l AS key, COUNT(1) AS n FROM c JOIN l IN c.languages GROUP BY l");

        Assert.That(
            rows.ToDictionary(row => row.Key, row => row.N),
            Is.EqualTo(_all.SelectMany(c => c.Languages).GroupBy(l => l).ToDictionary(g => g.Key, g => (double)g.Count())));
    }

    [Test]
    public async Task Continents_Distinct() => Assert.That(
        await RowsAsync<string>("SELECT DISTINCT VALUE c.continent FROM c ORDER BY c.continent"),
        Is.EqualTo(_all.Select(c => c.Continent).Distinct().Order(StringComparer.Ordinal)));

    [Test]
    public async Task Aggregates_OfOnePartition()
    {
        Spread spread = await OneAsync<Spread>(
            "SELECT MIN(c.location.coordinates[1]) AS south, MAX(c.location.coordinates[1]) AS north, AVG(c.location.coordinates[1]) AS mean FROM c WHERE c.country = 'IT'");
        List<CityModel> italy = [.. _all.Where(c => c.Country == "IT")];

        Assert.That(spread.South, Is.EqualTo(italy.Min(c => c.Latitude)));
        Assert.That(spread.North, Is.EqualTo(italy.Max(c => c.Latitude)));
        Assert.That(spread.Mean, Is.EqualTo(italy.Average(c => c.Latitude)).Within(1e-9));
    }

    [Test]
    public async Task OffsetAndLimit_OfAnOrder()
    {
        List<double> rows = await RowsAsync<double>(
            "SELECT VALUE c.location.coordinates[0] FROM c ORDER BY c.location.coordinates[0] DESC OFFSET 100 LIMIT 250");

        Assert.That(rows, Is.EqualTo(_all.Select(c => c.Longitude).OrderDescending().Skip(100).Take(250)));
    }

    [Test]
    public async Task Objects_OfSeveralKeysInOrder()
    {
        List<Place> rows = await RowsAsync<Place>(
            "SELECT c.country, c.name AS town, c.id FROM c WHERE c.continent = 'AN' OR c.country = @country ORDER BY c.country DESC, c.name",
            new() { { "@country", "LI" } });

        Assert.That(rows.Select(row => (row.Country, row.Town)), Is.EqualTo(_all
            .Where(c => c.Continent == "AN" || c.Country == "LI")
            .OrderByDescending(c => c.Country, StringComparer.Ordinal).ThenBy(c => c.Name, StringComparer.Ordinal)
            .Select(c => (c.Country, c.Name))));
    }

    [Test]
    public async Task PartitionKey_LooksAtItsItemsAlone()
    {
        QueryPage<int> page = await FirstAsync(_cities.Query<int>("SELECT VALUE COUNT(1) FROM c", new QueryOptions { PartitionKey = "MT" }));

        Assert.That(page.Values, Is.EqualTo(new[] { _all.Count(c => c.Country == "MT") }));
        Assert.That(page.ItemsLookedAt, Is.LessThanOrEqualTo(1), "the index counts them");

        QueryPage<int> read = await FirstAsync(_cities.Query<int>("SELECT VALUE COUNT(1) FROM c WHERE LENGTH(c.name) > 0", new QueryOptions { PartitionKey = "MT" }));

        Assert.That(read.Values, Is.EqualTo(page.Values));
        Assert.That(read.ItemsLookedAt, Is.EqualTo(page.Values[0]));
        Assert.That(read.RequestCharge, Is.EqualTo(1 + (0.05 * (read.ItemsLookedAt + 1 + (read.BytesRead / 1024.0)))).Within(0.1));
    }

    [Test]
    public async Task PagesOfTen_OverAnOrder_GoOnAfterARestart()
    {
        const string Text = "SELECT c.id, c.name AS town, c.country FROM c WHERE c.country IN ('MT', 'IS') ORDER BY c.name";
        List<CityModel> some = [.. _all.Where(c => c.Country is "MT" or "IS")];
        TestNode node = await TestNode.StartAsync();
        List<Place> rows = [];
        string? continuation = null;
        await using (NacreClient client = Connect(node))
        {
            Container cities = await (await client.CreateDatabaseAsync("world")).CreateContainerAsync("cities", new ContainerSettings("/country") { Ranges = 4 });
            foreach (CityModel city in some)
            {
                await cities.UpsertItemAsync(city);
            }

            await foreach (QueryPage<Place> page in cities.Query<Place>(Text, new QueryOptions { PageSize = 10 }).AsPages())
            {
                Assert.That(page.Values, Has.Count.EqualTo(10));
                rows.AddRange(page.Values);
                continuation = page.Continuation;
                if (rows.Count == 40)
                {
                    break;
                }
            }
        }

        node = await node.RestartAsync();
        await using (NacreClient client = Connect(node))
        {
            Container cities = client.GetContainer("world", "cities");
            await foreach (Place row in cities.Query<Place>(Text, new QueryOptions { PageSize = 10, Continuation = continuation }))
            {
                rows.Add(row);
            }
        }

        await node.DisposeAsync();
        Assert.That(rows.Select(row => row.Town), Is.EqualTo(some.Select(c => c.Name).Order(StringComparer.Ordinal)));
        Assert.That(rows.Select(row => row.Id), Is.EquivalentTo(some.Select(c => c.Id)));
    }

    [Test]
    public async Task ResourceToken_OfAPartition_SeesItAloneInEveryQuery()
    {
        User user = await _client.GetDatabase("world").CreateUserAsync("malta");
        Permission permission = await user.CreatePermissionAsync(
            "cities", PermissionSettings.ForContainer(_cities, PermissionMode.Read, partitionKey: "MT"));
        ResourceToken token = await permission.GetTokenAsync(TimeSpan.FromMinutes(10));
        await using var bearer = new NacreClient(NacreConnection.ForToken(new Uri(_node.Connection.Endpoint), token.Token, _node.Connection.CaCertificate));
        Container seen = bearer.GetContainer("world", "cities");
        int malta = _all.Count(c => c.Country == "MT");
        const string Ids = "SELECT VALUE c.id FROM c ORDER BY c.id";

        List<string> ids = await ReadAsync(seen.Query<string>(Ids, new QueryOptions { PageSize = 10 }));
        List<int> counted = await ReadAsync(seen.Query<int>("SELECT VALUE COUNT(1) FROM c"));
        List<Group> grouped = await ReadAsync(seen.Query<Group>("SELECT c.country AS key, COUNT(1) AS n FROM c GROUP BY c.country"));
        List<string> joined = await ReadAsync(seen.Query<string>("SELECT DISTINCT VALUE l FROM c JOIN l IN c.languages"));
        string whole = (await FirstAsync(_cities.Query<string>(Ids, new QueryOptions { PageSize = 10 }))).Continuation!;
        NacreException stolen = await RefusedAsync(seen.Query<string>(Ids, new QueryOptions { Continuation = whole }));
        NacreException elsewhere = await RefusedAsync(seen.Query<string>(Ids, new QueryOptions { PartitionKey = "IS" }));

        Assert.That(ids, Is.EqualTo(_all.Where(c => c.Country == "MT").Select(c => c.Id).Order(StringComparer.Ordinal)));
        Assert.That(counted, Is.EqualTo(new[] { malta }));
        Assert.That(grouped, Is.EqualTo(new[] { new Group("MT", malta) }));
        Assert.That(joined, Is.EquivalentTo(_all.Where(c => c.Country == "MT").SelectMany(c => c.Languages).Distinct()));
        Assert.That(stolen.Code, Is.EqualTo(NacreErrorCode.ContinuationInvalid));
        Assert.That(elsewhere.Code, Is.EqualTo(NacreErrorCode.Forbidden));
    }

    [Test]
    public async Task HostileQueries_AreStoppedByALimit_WhileOthersAreServed()
    {
        string nested = new string('(', 300) + "1" + new string(')', 300);
        string[] hostile =
        [
            "SELECT DISTINCT c.id, c.name, c.region, c.location FROM c",
            "SELECT DISTINCT c.id, c.name, c.region, c.location FROM c ORDER BY c.name",
            "SELECT c.id, c.name, COUNT(1) AS n FROM c GROUP BY c.id, c.name",
            "SELECT * FROM c ORDER BY c.name, c.region, c.countryName OFFSET 170000 LIMIT 1000000",
            $"SELECT VALUE {nested} FROM c",
        ];
        var texts = hostile.Select(text => RefusedAsync(_cities.QueryJson(text))).ToList();

        Assert.That(await OneAsync<int>("SELECT VALUE COUNT(1) FROM c WHERE c.country = 'LI'"), Is.EqualTo(_all.Count(c => c.Country == "LI")));
        foreach ((string text, Task<NacreException> refusal) in hostile.Zip(texts))
        {
            NacreException error = await refusal;
            Assert.That(error.Code, Is.EqualTo(NacreErrorCode.QueryLimit), text);
            Assert.That(error.Message, Does.Contain("bytes").Or.Contain("levels"), text);
        }
    }

    [TestCase("SELECT *\nFORM c", NacreErrorCode.QuerySyntax, "Line 2, column 1: ")]
    [TestCase("SELECT VALUE COUNT(1) FROM c WHERE", NacreErrorCode.QuerySyntax, "Line 1, column ")]
    [TestCase("SELECT VALUE d.name FROM c", NacreErrorCode.QuerySemantic, "Line 1, column 14: ")]
    public async Task TextOfNoQuery_TellsLineAndColumn(string text, NacreErrorCode code, string place)
    {
        NacreException error = await RefusedAsync(_cities.QueryJson(text));
        (int exitCode, string output, string told) = await NacreAsync("query", "world", "cities", text);

        Assert.That(error.Code, Is.EqualTo(code));
        Assert.That(error.Message, Does.StartWith(place));
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Is.Empty);
        Assert.That(told, Does.StartWith($"{code}: {place}"));
    }

    [Test]
    public async Task CommandLine_Json_GivesRowsAndCost()
    {
        (int exitCode, string output, string error) = await NacreAsync(
            "query", "world", "cities", "SELECT c.id, c.name FROM c WHERE c.country = @country ORDER BY c.id", "--parameter", "country=\"LI\"",
            "--partition-key", "LI", "--page-size", "5", "--output", "json");
        JsonElement json = JsonDocument.Parse(output).RootElement;

        Assert.That(exitCode, Is.Zero, error);
        Assert.That(json.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("id").GetString()),
            Is.EqualTo(_all.Where(c => c.Country == "LI").Select(c => c.Id).Order(StringComparer.Ordinal)));
        Assert.That(json.GetProperty("continuation").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(json.GetProperty("requestCharge").GetDouble(), Is.GreaterThan(1));
        Assert.That(json.TryGetProperty("plan", out _), Is.False);
    }

    [Test]
    public async Task CommandLine_Table_HasAColumnForEachMember()
    {
        string file = Path.Combine(_node.Folder, "query.sql");
        await File.WriteAllTextAsync(file, "SELECT TOP 2 c.id, c.name\nFROM c\nWHERE c.country = @country -- text without quotes\nORDER BY c.id");

        (int exitCode, string output, string error) = await NacreAsync("query", "world", "cities", "--file", file, "--parameter", "country=AD");

        Assert.That(exitCode, Is.Zero, error);
        Assert.That(output, Does.Match(@"^id +name *\r?\nad-000000 +Vila *\r?\nad-000001 +El Tarter"));
        Assert.That(error, Does.StartWith("2 rows; "));
    }

    [Test]
    public async Task CommandLine_Explain_TellsThePlanInsteadOfRows()
    {
        (int exitCode, string output, string error) = await NacreAsync("query", "world", "cities", "SELECT * FROM c WHERE c.name LIKE 'A%'", "-p", "AD", "--explain");

        Assert.That(exitCode, Is.Zero, error);
        Assert.That(output, Does.Contain("scan: one partition").And.Contain("filter: c.name LIKE").And.Not.Contain("ad-0"));
        Assert.That(error, Does.Contain("15 items of "));
    }

    [TestCase("query", "world", "cities")]
    [TestCase("query", "world", "cities", "SELECT 1", "--file", "x")]
    [TestCase("query", "world", "cities", "SELECT 1", "--page-size", "0")]
    [TestCase("query", "world", "cities", "SELECT 1", "--parameter", "novalue")]
    [TestCase("query", "world", "cities", "SELECT 1", "--parameter", "a=1", "--parameter", "a=2")]
    public async Task CommandLine_WrongUsage_EndsWithTwo(params string[] arguments) =>
        Assert.That((await NacreAsync(arguments)).ExitCode, Is.EqualTo(2));

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Each(IReadOnlyList<byte[]> lines)
    {
        await Task.CompletedTask;
        foreach (byte[] line in lines)
        {
            yield return line;
        }
    }

    private static async Task<List<T>> ReadAsync<T>(QueryResults<T> results)
    {
        List<T> rows = [];
        await foreach (T row in results)
        {
            rows.Add(row);
        }

        return rows;
    }

    private static async Task<QueryPage<T>> FirstAsync<T>(QueryResults<T> results)
    {
        await foreach (QueryPage<T> page in results.AsPages())
        {
            return page;
        }

        throw new AssertionException("There is always a page.");
    }

    private static async Task<NacreException> RefusedAsync<T>(QueryResults<T> results)
    {
        try
        {
            await ReadAsync(results);
        }
        catch (NacreException e)
        {
            return e;
        }

        throw new AssertionException("The query was served.");
    }

    private static NacreClient Connect(TestNode node) => new(
        new NacreConnection(new Uri(node.Connection.Endpoint), node.Connection.AccountKey, node.Connection.CaCertificate),
        new NacreClientOptions { Timeout = TimeSpan.FromMinutes(2) });

    private NacreClient Connect() => Connect(_node);

    private Task<List<T>> RowsAsync<T>(string text, QueryParameters? parameters = null) =>
        ReadAsync(_cities.Query<T>(text, new QueryOptions { Parameters = parameters, PageSize = 1000 }));

    private async Task<T> OneAsync<T>(string text, QueryParameters? parameters = null) => (await RowsAsync<T>(text, parameters)).Single();

    private async Task<(int ExitCode, string Output, string Error)> NacreAsync(params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var terminal = new Terminal
        {
            Input = Stream.Null,
            OutputStream = output,
            Output = new StreamWriter(output) { AutoFlush = true },
            Error = error,
            Variable = name => name switch
            {
                "NACRE_ENDPOINT" => _node.Connection.Endpoint,
                "NACRE_KEY" => _node.Connection.AccountKey,
                "NACRE_CA" => _node.Connection.CaCertificate,
                _ => null,
            },
        };
        int exitCode = await CliProgram.RunAsync(arguments, terminal);
        return (exitCode, System.Text.Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    private sealed record Group(string Key, double N);

    private sealed record Place(string Id, string Town, string Country);

    private sealed record Spread(double South, double North, double Mean);
}
