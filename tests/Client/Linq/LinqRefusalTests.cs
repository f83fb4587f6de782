using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nacre.Client.Linq;

// What is refused is what users write.
#pragma warning disable CA1826

namespace Nacre.Client.Tests.Linq;

/// <summary>What has no form in the query language is refused, and told what to do instead.</summary>
[TestFixture]
public sealed partial class LinqRefusalTests
{
    private static readonly Func<Visit, bool> Long = visit => visit.Nights > 3;

    /// <summary>A refusal.</summary>
    /// <param name="Code">As it stands in the source.</param>
    /// <param name="Apply">What is refused.</param>
    /// <param name="Named">What the message must name of it.</param>
    /// <param name="Advice">What the message must say to do.</param>
    private sealed record Refusal(string Code, Func<IQueryable<Town>, IQueryable> Apply, string Named, string Advice);

    private static readonly Refusal[] Refusals =
    [
        Where(c => c.Name.Normalize() == "x", "c.Name.Normalize()", "docs/linq.md"),
        Where(c => c.Name.PadLeft(3) == "x", "c.Name.PadLeft(3)", "docs/linq.md"),
        Where(c => $"{c.Name} {c.Area}" == "x", "Format(", "join the parts with +"),
        Where(c => c.Name.StartsWith("x", StringComparison.CurrentCulture), "StartsWith", "StringComparison.Ordinal"),
        Where(c => string.Compare(c.Name, "x", StringComparison.OrdinalIgnoreCase) > 0, "Compare(", "Leave the kind of comparison out"),
        Where(c => c.Name.CompareTo("x") == c.Population, "c.Name.CompareTo(\"x\")", "with 0"),
        Where(c => c.Secret == 1, "c.Secret", "[JsonIgnore]"),
        Where(c => c.Mood > Mood.Calm, "c.Mood", "written as its name"),
        Where(c => (int)c.NamedSize == c.Population, "", "written as its name"),
        Where(c => c.NamedSize.HasFlag(Size.Large), "HasFlag", "written as a number"),
        Where(c => c.Size.ToString() == "Large", "c.Size", "name of an enum"),
        Where(c => c.Ride > TimeSpan.Zero, "c.Ride", "number of seconds"),
        Where(c => c.Ride.TotalHours > 1, "c.Ride.TotalHours", "not in its JSON"),
        Where(c => c.Called.Year == 2024, "c.Called.Year", "kind Utc"),
        Where(c => c.Seen.AddDays(1) > DateTime.UnixEpoch, "c.Seen.AddDays(1)", "other side"),
        Where(c => c.Location == c.Port, "c.Location == c.Port", "their members"),
        Where(c => Math.Round(c.Area) == 1, "Round(c.Area)", "AwayFromZero"),
        Where(c => Math.Cbrt(c.Area) == 1, "Cbrt(c.Area)", "docs/linq.md"),
        Where(c => c.Name + c.Area == "x", "c.Area", "whole numbers"),
        Where(c => (object)c is Town, "", "no types"),
        Where(c => c.Visits.Any(Long), "Any(", "lambdas"),
        Where(c => c.Visits.Last().Nights > 1, "Last()", "OrderByDescending"),
        Where(c => c.Visits.Where((v, at) => at > 1).Any(), "(v, at)", "position"),
        Where(c => c.Marks.FirstOrDefault() == 1, "FirstOrDefault()", "Use First"),
        Where(c => c.Languages.Contains("ca", StringComparer.OrdinalIgnoreCase), "Contains(", "comparer"),
        Where(c => Towns.All.Any(), "", "one container"),
        Where(c => c.IsCapital & c.IsCapital, "", "&&"),
        Where(c => QueryFunctions.UserDefined<bool>("a b", 1), "UserDefined(", "letters"),
        Where(c => QueryFunctions.Member<string>(c, c.Name) == "x", "Member(", "known before"),
        Where(c => new[] { 1.5 }.Contains(double.NaN * c.Population), "", ""),
        Query(towns => towns.GroupBy(c => c.Country), "", "g.Key"),
        Query(towns => towns.GroupBy(c => c.Country).Where(g => g.Count() > 1), "g.Count()", "no HAVING"),
        Query(towns => towns.GroupBy(c => c.Country).Select(g => g.OrderBy(c => c.Name).First().Name), "OrderBy", "aggregates"),
        Query(towns => towns.GroupBy(c => c.Country).Select(g => g.Count()).GroupBy(n => n).Select(g => g.Key), "GroupBy", "cannot be grouped again"),
        Query(towns => towns.GroupBy(c => c.Country).SelectMany(g => g), "SelectMany", "a second query"),
        Query(towns => towns.OrderBy(c => c.Name).GroupBy(c => c.Country).Select(g => g.Key), "GroupBy", "after GroupBy"),
        Query(towns => towns.Take(5).Where(c => c.IsCapital), "Where", "before Skip and Take"),
        Query(towns => towns.Take(5).OrderBy(c => c.Name), "OrderBy", "before Skip and Take"),
        Query(towns => towns.Take(5).Distinct(), "Distinct()", "before Skip and Take"),
        Query(towns => towns.Take(5).SelectMany(c => c.Languages), "SelectMany", "before Skip and Take"),
        Query(towns => towns.Distinct().Select(c => c.Name), "Select", "before Distinct"),
        Query(towns => towns.Select((c, at) => at), "(c, at)", "position"),
        Query(towns => towns.OrderBy(c => c.Mood), "c.Mood", "another member"),
        Query(towns => towns.OrderBy(c => c.Location), "c.Location", "one of their members"),
        Query(towns => towns.OrderBy(c => new { c.Name, c.Country }), "OrderBy", "ThenBy"),
        Query(towns => towns.OrderBy(c => c.Name, StringComparer.OrdinalIgnoreCase), "OrderBy", "not translated"),
        Query(towns => towns.Join(towns, c => c.Id, d => d.Id, (c, d) => c.Id), "Join", "SelectMany"),
        Query(towns => towns.Concat(towns), "Concat", "Run two queries"),
        Query(towns => towns.Reverse(), "Reverse()", "OrderByDescending"),
        Query(towns => towns.OfType<Town>(), "OfType()", "no types"),
        Query(towns => towns.TakeWhile(c => c.IsCapital), "TakeWhile", "in the program"),
        Query(towns => towns.DefaultIfEmpty(), "DefaultIfEmpty()", "outer join"),
        Query(towns => towns.Select(c => new Brief(c.Id, c.Country) { Region = c.Region }.Twice), "Twice", "does not set"),
        Query(towns => towns.Select(c => new Uri(c.Name)), "new Uri(c.Name)", "by this constructor"),
        Query(towns => towns.Select(c => new Dictionary<string, string> { { "a", c.Name } }), "", "in the program"),
    ];

    private static IEnumerable<TestCaseData> Cases => Refusals.Select(each => new TestCaseData(each).SetName($"Refuse_{each.Code.Replace('.', '·')}"));

    [TestCaseSource(nameof(Cases))]
    public void Translate_WhatHasNoForm_IsRefusedWithAdvice(object given)
    {
        var each = (Refusal)given;

        NacreException refusal = Assert.Throws<NacreException>(() => each.Apply(Towns.All).ToQueryText())!;

        Assert.That(refusal.Code, Is.EqualTo(NacreErrorCode.QueryNotTranslatable));
        Assert.That(refusal.IsTransient, Is.False);
        Assert.That(refusal.Message, Does.Contain(each.Named).And.Contain(each.Advice));
    }

    [Test]
    public void ToString_OfWhatHasNoForm_SaysSo() =>
        Assert.That(Towns.All.Where(c => c.Name.Normalize() == "x").ToString(), Does.Contain("has no form in the query language"));

    [Test]
    public void Enumerate_Synchronously_IsRefused()
    {
        Assert.That(() => Towns.All.ToList(), Throws.TypeOf<NotSupportedException>().With.Message.Contains("ToListAsync"));
        Assert.That(() => Towns.All.Count(), Throws.TypeOf<NotSupportedException>().With.Message.Contains("CountAsync"));
        Assert.That(() => ((IQueryable)Towns.All).Provider.Execute(Towns.All.Expression), Throws.TypeOf<NotSupportedException>());
    }

    [Test]
    public void QueryFunctions_OutsideAQuery_Throw() =>
        Assert.That(() => QueryFunctions.IsDefined("x"), Throws.TypeOf<NotSupportedException>().With.Message.Contains("QueryFunctions.IsDefined"));

    [Test]
    public void ToQueryText_OfAnotherSource_Throws() =>
        Assert.That(() => new[] { 1 }.AsQueryable().ToQueryText(), Throws.ArgumentException.With.Message.Contains("Container.AsQueryable"));

    [Test]
    public void AsQueryable_WithParameters_Throws() => Assert.That(
        () => Towns.Container(Towns.Of(null)).AsQueryable<Town>(new QueryOptions { Parameters = new() { { "@a", 1 } } }), Throws.ArgumentException);

    [Test]
    public void Translate_TypeThatTheContextDoesNotKnow_IsRefused()
    {
        IQueryable<Known> known = Towns.Container(Towns.Of(KnownContext.Default.Options)).AsQueryable<Known>();

        Assert.That(
            known.Where(k => k.Name == "x" && k.Age > 2.5 && k.Name != Guid.Empty.ToString()).Take(3).ToQueryText(),
            Is.EqualTo("SELECT TOP @p0 VALUE c FROM c WHERE c.NAME = @p1 AND c.AGE > @p2 AND c.NAME != @p3"));
        Assert.That(
            () => known.Select(k => new { k.Name }).ToQueryText(),
            Throws.TypeOf<NacreException>().With.Message.Contains("JsonSerializerContext"));
    }

    [Test]
    public void Translate_NullThatIsReadFrom_IsRefused()
    {
        Town? none = Array.Empty<Town>().FirstOrDefault();

        Assert.That(
            () => Towns.All.Where(c => c.Name == none!.Name).ToQueryText(), Throws.TypeOf<NacreException>().With.Message.Contains("member of null"));
    }

    [Test]
    public void Translate_EndlessNesting_IsRefused()
    {
        ParameterExpression town = Expression.Parameter(typeof(Town), "c");
        Expression condition = Expression.Property(town, nameof(Town.IsCapital));
        for (int i = 0; i < 200_000; i++)
        {
            condition = Expression.Not(condition);
        }

        Assert.That(
            () => Towns.All.Where(Expression.Lambda<Func<Town, bool>>(condition, town)).ToQueryText(),
            Throws.TypeOf<NacreException>().With.Message.Contains("nested too deeply"));
    }

    [Test]
    public void Translate_NaN_IsRefused()
    {
        double nothing = double.NaN;

        Assert.That(() => Towns.All.Where(c => c.Area > nothing).ToQueryText(), Throws.TypeOf<NacreException>().With.Message.Contains("written as JSON"));
    }

    private static Refusal Where(Expression<Func<Town, bool>> predicate, string named, string advice, [CallerArgumentExpression(nameof(predicate))] string code = "") =>
        new(code, towns => towns.Where(predicate), named, advice);

    private static Refusal Query<T>(
        Func<IQueryable<Town>, IQueryable<T>> apply, string named, string advice, [CallerArgumentExpression(nameof(apply))] string code = "") =>
        new(code, apply, named, advice);

    internal sealed record Known(string Name, int? Age);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseUpper)]
    [JsonSerializable(typeof(Known))]
    internal sealed partial class KnownContext : JsonSerializerContext;
}
