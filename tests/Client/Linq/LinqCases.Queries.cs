namespace Nacre.Client.Tests.Linq;

internal static partial class LinqCases
{
    public static IEnumerable<Case> Values =>
    [
        Select(c => c, "c"),
        Select(c => c.Name, "c.name"),
        Select(c => c.Region, "c.region ?? null"),
        Select(c => c.Region == "North", "(c.region = @p0) ?? false"),
        Select(c => c.Region != "North", "(c.region != @p0) ?? true"),
        Select(c => c.Region ?? "none", "IS_DEFINED(c.region) AND NOT IS_NULL(c.region) ? c.region : @p0"),
        Select(c => c.Population > 1000 ? "town" : "village", "c.population > @p0 ? @p1 : @p2"),
        Select(c => new { c.Name, Where = c.Country }, """{"name": c.name, "where": c.country}"""),
        Select(c => new { c.Region, Deep = new { c.Zip } }, """{"region": c.region ?? null, "deep": {"zip": c["zip-code"]}}"""),
        Select(c => new Brief(c.Id, c.Country), """{"id": c.id, "country": c.country}"""),
        Select(c => new Brief(c.Id, c.Country) { Region = c.Region }, """{"id": c.id, "country": c.country, "region": c.region ?? null}"""),
        Select(c => new[] { c.Name, c.Country }, "[c.name, c.country]"),
        Select(c => c.Visits.Select(v => v.Guest).ToArray(), "ARRAY(SELECT VALUE t1.guest FROM t1 IN c.visits)"),
        Select(c => c.Visits.Where(v => v.Nights > 2).OrderByDescending(v => v.Nights).Take(3), "ARRAY(SELECT TOP @p0 VALUE t1 FROM t1 IN c.visits WHERE t1.nights > @p1 ORDER BY t1.nights DESC)"),
        Select(c => c.Languages.Distinct().ToList(), "ARRAY(SELECT DISTINCT VALUE t1 FROM t1 IN c.languages)"),
        Select(c => (long)c.Population, "c.population"),
        Select(c => (int)c.Size, "c.size"),
    ];

    public static IEnumerable<Case> Queries =>
    [
        Query(towns => towns.Where(c => c.Country == "AD").Where(c => c.Population > 10), "SELECT VALUE c FROM c WHERE c.country = @p0 AND c.population > @p1"),
        Query(towns => towns.Where(c => c.Region != "a" || c.Region == "b").Select(c => c.Id), "SELECT VALUE c.id FROM c WHERE ((c.region != @p0) ?? true) OR c.region = @p1"),
        Query(towns => towns.Select(c => new { c.Name, Size = c.Population / 2 }).Where(x => x.Size > 10).OrderBy(x => x.Name), """SELECT VALUE {"name": c.name, "size": IntDiv(c.population, @p0)} FROM c WHERE IntDiv(c.population, @p0) > @p1 ORDER BY c.name"""),
        Query(towns => towns.OrderBy(c => c.Country).ThenByDescending(c => c.Name).ThenBy(c => c.Id), "SELECT VALUE c FROM c ORDER BY c.country, c.name DESC, c.id"),
        Query(towns => towns.OrderBy(c => c.Name).OrderByDescending(c => c.Country), "SELECT VALUE c FROM c ORDER BY c.country DESC, c.name"),
        Query(towns => towns.Select(c => c.Name).Order(), "SELECT VALUE c.name FROM c ORDER BY c.name"),
        Query(towns => towns.Take(5), "SELECT TOP @p0 VALUE c FROM c"),
        Query(towns => towns.Skip(10), "SELECT VALUE c FROM c OFFSET @p0 LIMIT @p1"),
        Query(towns => towns.OrderBy(c => c.Name).Skip(10).Take(5).Select(c => c.Name), "SELECT VALUE c.name FROM c ORDER BY c.name OFFSET @p0 LIMIT @p1"),
        Query(towns => towns.Take(20).Skip(5).Take(100), "SELECT VALUE c FROM c OFFSET @p0 LIMIT @p1"),
        Query(towns => towns.Select(c => c.Country).Distinct().OrderBy(x => x), "SELECT DISTINCT VALUE c.country FROM c ORDER BY c.country"),
        Query(towns => towns.SelectMany(c => c.Languages), "SELECT VALUE t1 FROM c JOIN t1 IN c.languages"),
        Query(towns => towns.SelectMany(c => c.Visits, (c, v) => new { c.Name, v.Guest }).Where(x => x.Guest == "Ana"), """SELECT VALUE {"name": c.name, "guest": t1.guest} FROM c JOIN t1 IN c.visits WHERE t1.guest = @p0"""),
        Query(towns => towns.SelectMany(c => c.Visits.Where(v => v.Nights > 2).Select(v => v.Guest)), "SELECT VALUE t1.guest FROM c JOIN t1 IN c.visits WHERE t1.nights > @p0"),
        Query(towns => towns.SelectMany(c => c.Visits.OrderBy(v => v.Nights).Take(2), (c, v) => v.Guest), "SELECT VALUE t2.guest FROM c JOIN (SELECT TOP @p0 VALUE t1 FROM t1 IN c.visits ORDER BY t1.nights) AS t2"),
        Query(towns => towns.SelectMany(c => c.Visits).SelectMany(v => v.Days).Distinct(), "SELECT DISTINCT VALUE t2 FROM c JOIN t1 IN c.visits JOIN t2 IN t1.days"),
        Query(towns => from c in towns from v in c.Visits let twice = v.Nights * 2 where twice > 3 orderby twice descending select new { c.Id, twice }, """SELECT VALUE {"id": c.id, "twice": t1.nights * @p0} FROM c JOIN t1 IN c.visits WHERE t1.nights * @p0 > @p1 ORDER BY t1.nights * @p0 DESC"""),
        Query(towns => towns.GroupBy(c => c.Country).Select(g => new { g.Key, Count = g.Count() }), """SELECT VALUE {"key": c.country, "count": COUNT(1)} FROM c GROUP BY c.country"""),
        Query(towns => towns.GroupBy(c => c.Country, (country, all) => new { country, North = all.Max(c => c.Location.Coordinates[1]) }), """SELECT VALUE {"country": c.country, "north": MAX(c.location.coordinates[1])} FROM c GROUP BY c.country"""),
        Query(towns => towns.GroupBy(c => c.Region, c => c.Population).Select(g => new { g.Key, Sum = g.Sum(), Mean = g.Average() }), """SELECT VALUE {"key": c.region ?? null, "sum": SUM(c.population), "mean": AVG(c.population)} FROM c GROUP BY c.region ?? null"""),
        Query(towns => towns.GroupBy(c => new { c.Country, c.Region }).Select(g => new { g.Key.Country, g.Key.Region, Big = g.Count(c => c.Population > 10) }), """SELECT VALUE {"country": c.country, "region": c.region ?? null, "big": COUNT(c.population > @p0 ? 1 : undefined)} FROM c GROUP BY c.country, c.region ?? null"""),
        Query(towns => towns.GroupBy(c => c.Country).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Select(g => g.Key).Take(3), "SELECT TOP @p0 VALUE c.country FROM c GROUP BY c.country ORDER BY COUNT(1) DESC, c.country"),
        Query(towns => towns.GroupBy(c => c.Country).Where(g => g.Key != "AD").Select(g => new { g.Key, First = g.Min(c => c.Founded) }), """SELECT VALUE {"key": c.country, "first": MIN(IS_NULL(c.founded) ? undefined : c.founded) ?? null} FROM c WHERE c.country != @p0 GROUP BY c.country"""),
        Query(towns => towns.GroupBy(c => c.Country).Select(g => new { g.Key, Any = g.Any(c => c.IsCapital), All = g.All(c => c.IsCapital), Capitals = g.Where(c => c.IsCapital).Sum(c => c.Population) }), """SELECT VALUE {"key": c.country, "any": COUNT(c.isCapital ? 1 : undefined) > 0, "all": NOT (COUNT(NOT c.isCapital ? 1 : undefined) > 0), "capitals": SUM(c.isCapital ? c.population : undefined)} FROM c GROUP BY c.country"""),
        Query(towns => towns.SelectMany(c => c.Languages).GroupBy(l => l).Select(g => new { g.Key, Count = g.Count() }), """SELECT VALUE {"key": t1, "count": COUNT(1)} FROM c JOIN t1 IN c.languages GROUP BY t1"""),
    ];
}
