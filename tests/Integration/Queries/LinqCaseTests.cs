using System.Text.Json;
using Nacre.Client;
using Nacre.Client.Linq;
using Nacre.Client.Tests.Linq;
using Nacre.Integration.Tests.Support;

namespace Nacre.Integration.Tests.Queries;

/// <summary>
/// Every case of docs/linq.md asked of a server, over towns with members that are null, missing or odd, and compared with LINQ over
/// the same towns in memory where the program can compute it.
/// </summary>
[TestFixture]
public sealed class LinqCaseTests
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>Without an order the query language has one of its own, and cuts that.</summary>
    private static readonly string[] CutWithoutOrder = ["towns => towns.Take(5)", "towns => towns.Skip(10)", "towns => towns.Take(20).Skip(5).Take(100)"];

    private readonly List<Town> _towns = [];
    private TestNode _node = null!;
    private NacreClient _client = null!;
    private IQueryable<Town> _asked = null!;

    private static IEnumerable<TestCaseData> Cases => LinqCases.All.Select(each => new TestCaseData(each).SetName($"Case_{each.Code.Replace('.', '·')} {{{each.Shown.Length}}}"));

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _node = await TestNode.StartAsync();
        _client = new NacreClient(new NacreConnection(new Uri(_node.Connection.Endpoint), _node.Connection.AccountKey, _node.Connection.CaCertificate));
        Container towns = await (await _client.CreateDatabaseAsync("world")).CreateContainerAsync("towns", new ContainerSettings("/country") { Ranges = 2 });
        foreach (string json in Towns())
        {
            await towns.UpsertJsonAsync(System.Text.Encoding.UTF8.GetBytes(json));
            _towns.Add(JsonSerializer.Deserialize<Town>(json, Web)!);
        }

        _asked = towns.AsQueryable<Town>(new QueryOptions { PageSize = 7 });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _node.DisposeAsync();
    }

    [TestCaseSource(nameof(Cases))]
    public async Task Case_OnAServer_AnswersAsInMemory(object given)
    {
        var each = (LinqCases.Case)given;
        List<string> expected;
        try
        {
            expected = [.. each.Apply(_towns.AsQueryable()).Cast<object?>().Select(Json)];
        }
        catch (Exception e) when (e is NotSupportedException or NullReferenceException or InvalidOperationException or KeyNotFoundException
            or IndexOutOfRangeException or ArgumentOutOfRangeException or FormatException)
        {
            await AskAsync(each);
            Assert.Pass($"Not computed in memory: {e.GetType().Name}.");
            return;
        }

        List<string> rows = await AskAsync(each);

        if (CutWithoutOrder.Contains(each.Code))
        {
            Assert.That(rows, Has.Count.EqualTo(expected.Count));
        }
        else if (each.Text.Contains(") ORDER BY", StringComparison.Ordinal) || !each.Text.Contains("c ORDER BY", StringComparison.Ordinal))
        {
            Assert.That(rows.Order(StringComparer.Ordinal), Is.EqualTo(expected.Order(StringComparer.Ordinal)), each.Text);
        }
        else
        {
            Assert.That(rows, Is.EqualTo(expected), each.Text);
        }
    }

    private async Task<List<string>> AskAsync(LinqCases.Case each)
    {
        try
        {
            return await (Task<List<string>>)typeof(LinqCaseTests).GetMethod(nameof(RowsAsync), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
                .MakeGenericMethod(each.Apply(_asked).ElementType).Invoke(null, [each.Apply(_asked)])!;
        }
        catch (NacreException e) when (e.Message.Contains("user-defined function 'isNice'", StringComparison.Ordinal))
        {
            return [];
        }
    }

    private static async Task<List<string>> RowsAsync<T>(IQueryable<T> query) => [.. (await query.ToListAsync()).Select(row => Json(row))];

    private static string Json(object? value) => JsonSerializer.Serialize(value, Web);

    /// <summary>Items of which each has something that others have not; what may be null is null, missing, or there.</summary>
    private static IEnumerable<string> Towns()
    {
        string[] countries = ["AD", "LI", "IT", "CH"];
        string[] names = ["San Marino", "Roma", "Münster", "sankt", "York-ville", "AD", "Ro ma", "", "  ", "Zürich"];
        for (int i = 0; i < 40; i++)
        {
            object town = new
            {
                Id = $"t{i:00}",
                Name = names[i % names.Length],
                Country = countries[i % 4],
                Population = i * 7 % 30,
                Area = (i - 20) / 8.0,
                IsCapital = i % 3 == 0,
                Seen = new DateTime(2024, 1 + (i % 12), 1 + (i % 28), i % 24, 30, 0, DateTimeKind.Utc),
                Called = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(i - 20),
                Ride = TimeSpan.FromMinutes(i),
                Key = i == 5 ? Guid.Empty : new Guid(i, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]),
                Size = (Size)(i % 4),
                Mood = (i % 2 == 0 ? Mood.Calm : Mood.Merry).ToString(),
                NamedSize = (i % 2 == 0 ? Size.Small : Size.Large).ToString(),
                Location = new Place("Point", [i, i * 2]),
                Languages = i % 5 == 0 ? new[] { "ca" } : i % 5 == 1 ? ["de", "fr"] : i % 5 == 2 ? ["es", "ca", "es"] : i % 5 == 3 ? ["AD", "LI"] : [],
                Visits = Enumerable.Range(0, i % 4).Select(v => new { Guest = v % 2 == 0 ? "Ana" : "Bo", Nights = v + (i % 3), Days = new[] { "Mo", names[i % names.Length] }, Stars = v == 1 ? (int?)null : v + i }),
                Marks = Enumerable.Range(i, 1 + (i % 3)),
                Tags = i % 2 == 0 ? new Dictionary<string, string> { ["river"] = "Rhein", ["coat of arms"] = "bear" } : [],
            };
            Dictionary<string, JsonElement> members = JsonSerializer.SerializeToElement(town, Web).Deserialize<Dictionary<string, JsonElement>>()!;
            members["zip-code"] = JsonSerializer.SerializeToElement($"{9400 + (i * 10)}");
            Optional(members, "region", i, i % 8 < 3 ? "North" : names[i % names.Length]);
            Optional(members, "founded", i + 1, 1278 - (i % 3));
            Optional(members, "isCoastal", i + 2, i % 2 == 0);
            Optional(members, "oldSize", i + 3, 1);
            Optional(members, "port", i, new Place("Point", [i, i]));
            Optional(members, "mayor", i, new { name = "Ana" });
            yield return JsonSerializer.Serialize(members);
        }
    }

    private static void Optional<T>(Dictionary<string, JsonElement> members, string name, int turn, T value)
    {
        if (turn % 3 != 0)
        {
            members[name] = turn % 3 == 1 ? JsonSerializer.SerializeToElement(value, Web) : JsonSerializer.SerializeToElement<object?>(null);
        }
    }
}
