using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nacre.Client;
using Nacre.Client.Linq;

// Users write these as well, and each is translated by its own name.
#pragma warning disable CA1826, CA1845, CA1862, CA1866

namespace Nacre.Integration.Tests.Queries;

/// <summary>Questions in C#: the same expression is asked of the server, and of the cities of the file.</summary>
public sealed partial class CityQueryTests
{
    private static readonly string[] Small = ["AD", "LI", "MT", "SM"];
    private static readonly string[] Beginnings = ["Bad ", "Sankt ", "Neu"];

    private IQueryable<CityModel> Asked => _cities.AsQueryable<CityModel>(new QueryOptions { PageSize = 1000 });

    private static IEnumerable<TestCaseData> Questions =>
    [
        Question(all => all.Where(c => c.Country == "AD")),
        Question(all => all.Where(c => Small.Contains(c.Country)).Select(c => new { c.Id, c.Name })),
        Question(all => all.Where(c => c.Name.StartsWith("San ")).Select(c => c.Id)),
        Question(all => all.Where(c => c.Name.Contains("YORK", StringComparison.OrdinalIgnoreCase)).Select(c => c.Name)),
        Question(all => all.Where(c => c.Name.EndsWith("burg") && c.Country != "DE").Select(c => c.Id)),
        Question(all => all.Where(c => c.Region == null).Select(c => c.Id)),
        Question(all => all.Where(c => c.Country == "LI" || c.District != null && c.Name.Length < 4).Select(c => new { c.Id, c.District })),
        Question(all => all.Where(c => c.Country == "MT" && c.Region != "Luqa").Select(c => c.Id)),
        Question(all => all.Where(c => c.Country == "MT" && !(c.District == "Luqa")).Select(c => c.Id)),
        Question(all => all.Where(c => c.Location.Coordinates[1] >= -1 && c.Location.Coordinates[1] <= 1).Select(c => c.Id)),
        Question(all => all.Where(c => c.Languages.Contains("ca") && !c.Languages.Contains("es")).Select(c => c.Id)),
        Question(all => all.Where(c => c.Languages.Any(l => l == "rm" || l == "ca")).Select(c => c.Country).Distinct()),
        Question(all => all.Where(c => c.Languages.Length > 5).Select(c => c.Id)),
        Question(all => all.Where(c => c.Continent == "OC" && c.Languages.All(l => l != "en")).Select(c => c.Id)),
        Question(all => all.Where(c => c.Currencies.First() == "CHF" && c.Currencies.Count() == 1).Select(c => c.Id)),
        Question(all => all.SelectMany(c => c.Languages).Distinct()),
        Question(all => all.SelectMany(c => c.Languages.Where(l => l.StartsWith("r")), (c, l) => new { c.Name, l }).Where(x => x.l == "ro" && x.Name.Length < 5)),
        Question(all => all.GroupBy(c => c.Country).Select(g => new { g.Key, Count = g.Count() })),
        Question(all => all.GroupBy(c => c.Continent, (continent, cities) => new { continent, North = cities.Max(c => c.Location.Coordinates[1]), South = cities.Min(c => c.Location.Coordinates[1]) })),
        Question(all => all.SelectMany(c => c.Languages).GroupBy(l => l).Select(g => new { Language = g.Key, Cities = g.LongCount() })),
        Question(all => all.GroupBy(c => new { c.Continent, c.Country }).Select(g => new { g.Key.Country, g.Key.Continent, Bare = g.Count(c => c.Region == null) })),
        Question(all => all.Where(c => c.Continent == "AN" || c.Country == "MT" || c.Country == "VA").GroupBy(c => c.Region).Select(g => new { g.Key, Count = g.Count() })),
        Question(all => all.GroupBy(c => c.Country).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Take(5).Select(g => new { g.Key, Count = g.Count() })),
        Question(all => all.GroupBy(c => c.Country).Where(g => g.Key.CompareTo("C") < 0).OrderBy(g => g.Key).Select(g => g.Min(c => c.Name))),
        Question(all => all.OrderByDescending(c => c.Location.Coordinates[1]).ThenBy(c => c.Id).Take(20)),
        Question(all => all.OrderBy(c => c.Id).Skip(100).Take(250).Select(c => c.Id)),
        Question(all => all.Select(c => c.Continent).Distinct().OrderBy(continent => continent)),
        Question(all => all.Where(c => c.Country == "EC").Select(c => new { c.Id, Half = c.Location.Coordinates[1] < 0 ? "south" : "north" })),
        Question(all => all.Where(c => c.Country == "MT").OrderBy(c => c.Id).Select(c => c.District ?? c.Region ?? "none")),
        Question(all => all.Where(c => c.Country == "AD").Select(c => c.Name.ToUpper().Substring(0, 2) + "/" + c.Country.ToLower())),
        Question(all => all.Where(c => c.Name.Length > 40 || c.Name.IndexOf("-") == 1).Select(c => c.Name.Replace("-", " "))),
        Question(all => all.Where(c => Math.Floor(c.Location.Coordinates[1]) == 48 && Math.Abs(c.Location.Coordinates[0]) < 0.5).Select(c => c.Id)),
        Question(all => from c in all let name = c.Name where c.Country == "LI" || name.StartsWith("Vad") orderby name descending, c.Id select new { name, c.Country }),
        Question(all => all.Where(c => c.Country == "CH" && Beginnings.Any(beginning => c.Name.StartsWith(beginning))).Select(c => c.Name)),
        Question(all => all.Where(c => Regex.IsMatch(c.Name, "^[A-D]e?[a-c]h?$")).Select(c => c.Id)),
        Question(all => all.Where(c => c.Country == "SM").Select(c => new { c.Id, Where = new { c.Continent, At = c.Location.Coordinates }, Two = new[] { c.Name, c.Country } })),
        Question(all => all.Where(c => c.Country == "VA").Select(c => c.Languages.OrderByDescending(l => l).ToArray())),
    ];

    [TestCaseSource(nameof(Questions))]
    public async Task Question_InCSharp_AnswersAsOverTheFile(Delegate ask, Delegate compute, bool isOrdered)
    {
        List<string> expected = ((Func<IQueryable<CityModel>, List<string>>)compute)(_all.AsQueryable());

        List<string> rows = await ((Func<IQueryable<CityModel>, Task<List<string>>>)ask)(Asked);

        Assert.That(expected, Is.Not.Empty, "the question has an answer");
        if (!isOrdered)
        {
            rows.Sort(StringComparer.Ordinal);
            expected.Sort(StringComparer.Ordinal);
        }

        Assert.That(rows, Is.EqualTo(expected));
    }

    [Test]
    public async Task OneAnswer_InCSharp_IsThatOverTheFile()
    {
        IQueryable<CityModel> italy = _cities.AsQueryable<CityModel>(new QueryOptions { PartitionKey = "IT" });
        IQueryable<CityModel> andorra = _cities.AsQueryable<CityModel>(new QueryOptions { PartitionKey = "AD" });
        List<CityModel> own = [.. _all.Where(c => c.Country == "IT")];

        Assert.That(await Asked.CountAsync(), Is.EqualTo(_all.Count));
        Assert.That(await italy.LongCountAsync(c => c.Name.StartsWith("San")), Is.EqualTo(own.LongCount(c => c.Name.StartsWith("San", StringComparison.Ordinal))));
        Assert.That(await italy.AnyAsync(c => c.Location.Coordinates[1] > 60), Is.False);
        Assert.That(await italy.AnyAsync(c => c.Name == "Roma"), Is.EqualTo(own.Any(c => c.Name == "Roma")));
        Assert.That(await italy.AllAsync(c => c.Languages.Contains("it")), Is.True);
        Assert.That(await italy.AllAsync(c => c.District != null), Is.EqualTo(own.All(c => c.District != null)));
        Assert.That(await italy.MinAsync(c => c.Location.Coordinates[1]), Is.EqualTo(own.Min(c => c.Latitude)));
        Assert.That(await italy.Select(c => c.Location.Coordinates[0]).MaxAsync(), Is.EqualTo(own.Max(c => c.Longitude)));
        Assert.That(await italy.AverageAsync(c => c.Location.Coordinates[1]), Is.EqualTo(own.Average(c => c.Latitude)).Within(1e-9));
        Assert.That(await italy.SumAsync(c => c.Languages.Length), Is.EqualTo(own.Sum(c => c.Languages.Length)));
        Assert.That(await italy.MinAsync(c => c.Name), Is.EqualTo(own.Select(c => c.Name).Order(StringComparer.Ordinal).First()));
        Assert.That(await Asked.MaxAsync(c => c.Region), Is.EqualTo(_all.Select(c => c.Region).OfType<string>().Order(StringComparer.Ordinal).Last()));
        Assert.That((await italy.OrderBy(c => c.Id).FirstAsync()).Id, Is.EqualTo(own.Min(c => c.Id)));
        Assert.That(await italy.Where(c => c.Name == "Nowhere at all").MaxAsync(c => (double?)c.Location.Coordinates[0]), Is.Null);
        Assert.That(await andorra.FirstOrDefaultAsync(c => c.Name == "Nowhere at all"), Is.Null);
        Assert.That((await andorra.SingleAsync(c => c.Id == "ad-000001")).Name, Is.EqualTo("El Tarter"));
        Assert.That(await andorra.SingleOrDefaultAsync(c => c.Id == "ad-no"), Is.Null);
        Assert.That(() => italy.SingleAsync(), Throws.InvalidOperationException);
    }

    [Test]
    public async Task Distance_InCSharp_IsThatOfTheText()
    {
        string[] near = await Asked.Where(c => QueryFunctions.Distance(c.Location, QueryFunctions.Point(13.405, 52.52)) < 50_000).Select(c => c.Id).ToArrayAsync();

        Assert.That(near, Is.SupersetOf(_all.Where(c => c.KilometresTo(13.405, 52.52) < 49.7).Select(c => c.Id)));
        Assert.That(near, Is.SubsetOf(_all.Where(c => c.KilometresTo(13.405, 52.52) < 50.3).Select(c => c.Id)));
    }

    [Test]
    public async Task PagesOfTen_InCSharp_GoOnWithTheContinuation()
    {
        List<string> names = [];
        string? continuation = null;
        do
        {
            var options = new QueryOptions { PageSize = 10, PartitionKey = "LI", Continuation = continuation };
            await foreach (QueryPage<string> page in _cities.AsQueryable<CityModel>(options).OrderBy(c => c.Name).ThenBy(c => c.Id).Select(c => c.Name).AsPages())
            {
                Assert.That(page.Values, Has.Count.LessThanOrEqualTo(10));
                names.AddRange(page.Values);
                continuation = page.Continuation;
                break;
            }
        }
        while (continuation is not null);

        Assert.That(names, Is.EqualTo(_all.Where(c => c.Country == "LI").Select(c => c.Name).Order(StringComparer.Ordinal)));
    }

    private static TestCaseData Question<T>(Func<IQueryable<CityModel>, IQueryable<T>> question, [CallerArgumentExpression(nameof(question))] string code = "")
    {
        Func<IQueryable<CityModel>, Task<List<string>>> ask = async all => [.. (await question(all).ToListAsync()).Select(row => JsonSerializer.Serialize(row))];
        Func<IQueryable<CityModel>, List<string>> compute = all => [.. question(all).AsEnumerable().Select(row => JsonSerializer.Serialize(row))];
        return new TestCaseData(ask, compute, code.Contains("rderBy", StringComparison.Ordinal) || code.Contains("orderby", StringComparison.Ordinal))
            .SetName($"Question_{code.Replace('.', '·')}");
    }
}
