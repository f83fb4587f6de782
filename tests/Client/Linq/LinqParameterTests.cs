using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nacre.Client.Linq;

namespace Nacre.Client.Tests.Linq;

/// <summary>Values of the program: never in the text, and written as the member that they are compared with.</summary>
[TestFixture]
public sealed class LinqParameterTests
{
    [Test]
    public void Parameters_OfConstants_AreNumberedAsTheTextNamesThem() => Assert.That(
        Parameters(Towns.All.Select(c => c.Population + 7).Where(n => n > 5).Skip(3)),
        Is.EqualTo(new[] { "@p0=7", "@p1=5", "@p2=3", "@p3=2147483647" }));

    [Test]
    public void Parameters_OfWhatTheTextDoesNotHave_AreLeftOut() => Assert.That(
        Parameters(Towns.All.Select(c => new { c.Name, Long = c.Population + 7 }).Select(x => x.Name)), Is.Empty);

    [Test]
    public void Parameters_OfTextWithQuotes_AreData()
    {
        string typed = "x' OR 1=1 --\"\uE0001\uE001";
        IQueryable<Town> query = Towns.All.Where(c => c.Name == typed && c.Tags[typed] == "y");

        Assert.That(query.ToQueryText(), Is.EqualTo("SELECT VALUE c FROM c WHERE c.name = @p0 AND c.tags[@p1] = @p2"));
        Assert.That(JsonSerializer.Deserialize<string>(query.ToQueryParameters().First().Value.Span), Is.EqualTo(typed));
    }

    [Test]
    public void Text_OfNames_EscapesWhatWouldEndThem() => Assert.That(
        Towns.All.Where(c => c.Tags["a\"] ?? \\\uE0001\uE001"] == "y").ToQueryText(),
        Is.EqualTo("""SELECT VALUE c FROM c WHERE c.tags["a\"] ?? \\\ue0001\ue001"] = @p0"""));

    [Test]
    public void Parameters_OfEnums_AreWrittenAsTheMemberIs()
    {
        Mood mood = Mood.Merry;
        Size? size = Size.Small;

        Assert.That(
            Parameters(Towns.All.Where(c => c.Mood == mood && c.NamedSize == Size.Large && c.Size == size && c.OldSize == size)),
            Is.EqualTo(new[] { "@p0=\"Merry\"", "@p1=\"Large\"", "@p2=1", "@p3=1" }));
    }

    [Test]
    public void Parameters_OfDates_AreWrittenAsItemsAre()
    {
        var day = new DateTime(2024, 2, 29, 12, 0, 0, DateTimeKind.Utc);

        Assert.That(
            Parameters(Towns.All.Where(c => c.Seen >= day && c.Called < new DateTimeOffset(day) && c.Name[0] == 'x')),
            Is.EqualTo(new[] { "@p0=\"2024-02-29T12:00:00Z\"", "@p1=\"2024-02-29T12:00:00+00:00\"", "@p2=0", "@p3=\"x\"" }));
    }

    [Test]
    public void Parameters_OfLists_AreOneEach_OfLongListsOne()
    {
        int[] many = [.. Enumerable.Range(0, 501)];
        IQueryable<Town> query = Towns.All.Where(c => many.Contains(c.Population));

        Assert.That(Parameters(Towns.All.Where(c => many.Take(2).Contains(c.Population))), Is.EqualTo(new[] { "@p0=0", "@p1=1" }));
        Assert.That(query.ToQueryText(), Is.EqualTo("SELECT VALUE c FROM c WHERE ARRAY_CONTAINS(@p0, c.population)"));
        Assert.That(Parameters(query).Single(), Is.EqualTo("@p0=[" + string.Join(",", many) + "]"));
    }

    [Test]
    public void Values_OfTheProgram_AreTakenWhenTheQueryRuns()
    {
        var filter = new Filter { Least = 3 };
        IQueryable<Town> query = Towns.All.Where(c => c.Population > filter.Least && c.Area < filter.Most() && c.Name == filter.Names[0].Trim());
        filter.Least = 4;

        Assert.That(Parameters(query), Is.EqualTo(new[] { "@p0=4", "@p1=40", "@p2=\"x\"" }));
    }

    [Test]
    public void Names_OfOtherSerializerOptions_AreUsed()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DictionaryKeyPolicy = JsonNamingPolicy.KebabCaseUpper, Converters = { new JsonStringEnumConverter() },
        };
        IQueryable<Town> towns = Towns.Container(Towns.Of(options)).AsQueryable<Town>();
        var query = towns.Where(c => c.IsCapital && c.Size == Size.Small && c.Tags["coatColour"] == "x" && c.Zip == "y").Select(c => new { c.OldSize });

        Assert.That(query.ToQueryText(), Is.EqualTo(
            """SELECT VALUE {"old_size": c.old_size ?? null} FROM c WHERE c.is_capital AND c.size = @p0 AND c.tags["COAT-COLOUR"] = @p1 AND c["zip-code"] = @p2"""));
        Assert.That(Parameters(query), Is.EqualTo(new[] { "@p0=\"Small\"", "@p1=\"x\"", "@p2=\"y\"" }));
    }

    [Test]
    public void Names_ThroughAnInterface_AreThoseOfTheItem() =>
        Assert.That(Named(Towns.Container(Towns.Of(null)).AsQueryable<Renamed>()).ToQueryText(), Is.EqualTo("SELECT VALUE c FROM c WHERE c.title = @p0"));

    private static IQueryable<T> Named<T>(IQueryable<T> source)
        where T : INamed => source.Where(item => item.Name == "x");

    private static IEnumerable<string> Parameters(IQueryable query) =>
        query.ToQueryParameters().Select(each => $"{each.Key}={Encoding.UTF8.GetString(each.Value.Span)}");

    private interface INamed
    {
        string Name { get; }
    }

    private sealed record Renamed([property: JsonPropertyName("title")] string Name) : INamed;

    private sealed class Filter
    {
        public string[] Names = [" x "];

        public int Least { get; set; }

        public double Most() => Least * 10;
    }
}
