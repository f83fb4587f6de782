using System.Text.RegularExpressions;
using Nacre.Client.Linq;

// Users write these as well, and each is translated by its own name.
#pragma warning disable CA1826, CA1862, CA1866

namespace Nacre.Client.Tests.Linq;

internal static partial class LinqCases
{
    private static readonly string[] Countries = ["AD", "LI"];
    private static readonly List<int?> Years = [1278, null];
    private static readonly HashSet<Mood> Moods = [Mood.Merry];
    private static readonly List<Size> Sizes = [Size.Small];
    private static readonly string[] None = [];
    private static readonly int Most = 500;
    private static readonly string? Missing = None.FirstOrDefault();

    public static IEnumerable<Case> Comparisons =>
    [
        Where(c => c.Country == "AD", "c.country = @p0"),
        Where(c => c.Country != "AD", "c.country != @p0"),
        Where(c => c.Population > Most, "c.population > @p0"),
        Where(c => 1000 >= c.Population, "@p0 >= c.population"),
        Where(c => c.Name.CompareTo("M") > 0, "c.name > @p0"),
        Where(c => string.Compare(c.Name, c.Country) <= 0, "c.name <= c.country"),
        Where(c => c.IsCapital, "c.isCapital"),
        Where(c => !c.IsCapital, "NOT c.isCapital"),
        Where(c => c.IsCapital == false, "c.isCapital = @p0"),
        Where(c => c.IsCapital && (c.Population > 10 || c.Area < 1.5), "c.isCapital AND (c.population > @p0 OR c.area < @p1)"),
        Where(c => !(c.IsCapital || c.Population > 10), "NOT (c.isCapital OR c.population > @p0)"),
        Where(c => c.Size == Size.Large, "c.size = @p0"),
        Where(c => c.Size >= Size.Small, "c.size >= @p0"),
        Where(c => c.Mood == Mood.Merry, "c.mood = @p0"),
        Where(c => c.NamedSize == Size.Small, "c.namedSize = @p0"),
        Where(c => c.Size.HasFlag(Size.Large), "IntBitAnd(c.size, @p0) = @p0"),
        Where(c => (c.Population > 10 ? c.Name : c.Country) == "AD", "(c.population > @p0 ? c.name : c.country) = @p1"),
        Where(c => c.Key == Guid.Empty, "c.key = @p0"),
        Where(c => c.Name.Equals(c.Country), "c.name = c.country"),
        Where(c => true, "@p0"),
    ];

    public static IEnumerable<Case> Nulls =>
    [
        Where(c => c.Region == null, "NOT IS_DEFINED(c.region) OR IS_NULL(c.region)"),
        Where(c => c.Region != null, "IS_DEFINED(c.region) AND NOT IS_NULL(c.region)"),
        Where(c => c.Region == Missing, "NOT IS_DEFINED(c.region) OR IS_NULL(c.region)"),
        Where(c => c.Region == "North", "c.region = @p0"),
        Where(c => c.Region != "North", "(c.region != @p0) ?? true"),
        Where(c => !(c.Region == "North"), "(NOT (c.region = @p0)) ?? true"),
        Where(c => c.Region == c.Name, "c.region = c.name"),
        Where(c => c.Region == c.Extra!["region"].GetString(), "c.region = c.region"),
        Where(c => c.Founded.HasValue, "IS_DEFINED(c.founded) AND NOT IS_NULL(c.founded)"),
        Where(c => c.Founded!.Value > 1000, "c.founded > @p0"),
        Where(c => c.Founded > 1000, "c.founded > @p0"),
        Where(c => !(c.Founded > 1000), "(NOT (c.founded > @p0)) ?? true"),
        Where(c => c.Founded <= c.Port!.Coordinates.Length, "c.founded <= ARRAY_LENGTH(c.port.coordinates)"),
        Where(c => c.IsCoastal == true && c.Region != "North", "c.isCoastal = @p0 AND ((c.region != @p1) ?? true)"),
        Where(c => (c.Region ?? c.Country) == "AD", "(IS_DEFINED(c.region) AND NOT IS_NULL(c.region) ? c.region : c.country) = @p0"),
        Where(c => c.Founded.GetValueOrDefault() > 1000, "(IS_DEFINED(c.founded) AND NOT IS_NULL(c.founded) ? c.founded : @p0) > @p1"),
        Where(c => string.IsNullOrEmpty(c.Region), "NOT IS_DEFINED(c.region) OR IS_NULL(c.region) OR c.region = @p0"),
        Where(c => string.IsNullOrWhiteSpace(c.Name), "NOT IS_DEFINED(c.name) OR IS_NULL(c.name) OR TRIM(c.name) = @p0"),
        Where(c => !c.Region!.StartsWith("N"), "(NOT STARTSWITH(c.region, @p0)) ?? true"),
    ];

    public static IEnumerable<Case> Texts =>
    [
        Where(c => c.Name.StartsWith("San "), "STARTSWITH(c.name, @p0)"),
        Where(c => c.Name.StartsWith("san ", StringComparison.OrdinalIgnoreCase), "STARTSWITH(c.name, @p0, true)"),
        Where(c => c.Name.EndsWith("burg", StringComparison.Ordinal), "ENDSWITH(c.name, @p0)"),
        Where(c => c.Name.Contains("york", StringComparison.OrdinalIgnoreCase), "CONTAINS(c.name, @p0, true)"),
        Where(c => c.Name.Contains('-'), "CONTAINS(c.name, @p0)"),
        Where(c => c.Name.Equals("ROMA", StringComparison.OrdinalIgnoreCase), "STRINGEQUALS(c.name, @p0, true)"),
        Where(c => string.Equals(c.Name, c.Country, StringComparison.Ordinal), "c.name = c.country"),
        Where(c => c.Name.Length > 3, "LENGTH(c.name) > @p0"),
        Where(c => c.Name[0] == 'S', "SUBSTRING(c.name, @p0, 1) = @p1"),
        Where(c => c.Name.ToUpper() == "ROMA", "UPPER(c.name) = @p0"),
        Where(c => c.Name.ToUpperInvariant() == "ROMA", "UPPER(c.name) = @p0"),
        Where(c => c.Name.ToLower() == "roma", "LOWER(c.name) = @p0"),
        Where(c => c.Name.ToLowerInvariant() == "roma", "LOWER(c.name) = @p0"),
        Where(c => c.Name.Trim() == "Roma", "TRIM(c.name) = @p0"),
        Where(c => c.Name.TrimStart('x', 'y') != "", "LTRIM(c.name, @p0) != @p1"),
        Where(c => c.Name.TrimEnd() != "", "RTRIM(c.name) != @p0"),
        Where(c => c.Name.Substring(2) == "ma", "SUBSTRING(c.name, @p0, LENGTH(c.name)) = @p1"),
        Where(c => c.Name.Substring(0, 2) == "Ro", "SUBSTRING(c.name, @p0, @p1) = @p2"),
        Where(c => c.Name.Replace("a", "o") == "Romo", "REPLACE(c.name, @p0, @p1) = @p2"),
        Where(c => c.Name.IndexOf("m") == 2, "INDEX_OF(c.name, @p0) = @p1"),
        Where(c => c.Name.IndexOf('m', 1) == 2, "INDEX_OF(c.name, @p0, @p1) = @p2"),
        Where(c => c.Name.LastIndexOf("a") > 0, "LASTINDEXOF(c.name, @p0) > @p1"),
        Where(c => c.Name + ", " + c.Country == "Roma, IT", "c.name || @p0 || c.country = @p1"),
        Where(c => c.Name + c.Region == "Roma", "c.name || (IS_DEFINED(c.region) AND NOT IS_NULL(c.region) ? c.region : @p0) = @p1"),
        Where(c => c.Name + c.Population == "Roma1", "c.name || ToString(c.population) = @p0"),
        Where(c => string.Concat(c.Name, c.Country) == "RomaIT", "c.name || c.country = @p0"),
        Where(c => c.Population.ToString() == "1", "ToString(c.population) = @p0"),
        Where(c => string.Join("-", c.Languages) == "de-fr", "STRINGJOIN(c.languages, @p0) = @p1"),
        Where(c => c.Name.Split(' ').Length == 2, "ARRAY_LENGTH(STRINGSPLIT(c.name, @p0)) = @p1"),
        Where(c => int.Parse(c.Zip) > 9000, """StringToNumber(c["zip-code"]) > @p0"""),
        Where(c => Regex.IsMatch(c.Name, "^S[ao]n"), "RegexMatch(c.name, @p0)"),
        Where(c => Regex.IsMatch(c.Name, "^s[ao]n", RegexOptions.IgnoreCase), "RegexMatch(c.name, @p0, @p1)"),
    ];

    public static IEnumerable<Case> Numbers =>
    [
        Where(c => c.Population + 1 > c.Area * 2, "c.population + @p0 > c.area * @p1"),
        Where(c => c.Population / 10 == 3, "IntDiv(c.population, @p0) = @p1"),
        Where(c => c.Area / 10 == 3, "c.area / @p0 = @p1"),
        Where(c => c.Population % 2 == 0, "c.population % @p0 = @p1"),
        Where(c => -(c.Area - 1) < 0, "-(c.area - @p0) < @p1"),
        Where(c => (c.Population & 4) == 4, "IntBitAnd(c.population, @p0) = @p1"),
        Where(c => (int)c.Area == 2, "TRUNC(c.area) = @p0"),
        Where(c => c.Population - (c.Population - 1) == 1, "c.population - (c.population - @p0) = @p1"),
        Where(c => Math.Abs(c.Area) < Math.PI, "ABS(c.area) < @p0"),
        Where(c => Math.Floor(c.Area) == Math.Ceiling(c.Area), "FLOOR(c.area) = CEILING(c.area)"),
        Where(c => Math.Round(c.Area, MidpointRounding.AwayFromZero) == 2, "ROUND(c.area) = @p0"),
        Where(c => Math.Truncate(c.Area) == 2, "TRUNC(c.area) = @p0"),
        Where(c => Math.Pow(c.Area, 2) > Math.Sqrt(c.Area), "POWER(c.area, @p0) > SQRT(c.area)"),
        Where(c => Math.Max(c.Population, 10) == 10, "ARRAY_MAX([c.population, @p0]) = @p1"),
        Where(c => Math.Min(c.Population, 10) == 10, "ARRAY_MIN([c.population, @p0]) = @p1"),
        Where(c => Math.Log(c.Area) + Math.Log(c.Area, 2) + Math.Log10(c.Area) + Math.Exp(c.Area) > 0, "LOG(c.area) + LOG(c.area, @p0) + LOG10(c.area) + EXP(c.area) > @p1"),
        Where(c => Math.Sin(c.Area) + Math.Cos(c.Area) + Math.Tan(c.Area) > 0, "SIN(c.area) + COS(c.area) + TAN(c.area) > @p0"),
        Where(c => Math.Asin(c.Area) + Math.Acos(c.Area) + Math.Atan(c.Area) + Math.Atan2(c.Area, 1) > 0, "ASIN(c.area) + ACOS(c.area) + ATAN(c.area) + ATN2(c.area, @p0) > @p1"),
        Where(c => Math.Sign(c.Area) == 1, "SIGN(c.area) = @p0"),
        Where(c => double.RadiansToDegrees(c.Area) > double.DegreesToRadians(c.Area), "DEGREES(c.area) > RADIANS(c.area)"),
    ];

    public static IEnumerable<Case> Dates =>
    [
        Where(c => c.Seen >= new DateTime(2024, 2, 29, 0, 0, 0, DateTimeKind.Utc), "c.seen >= @p0"),
        Where(c => c.Called < DateTimeOffset.UnixEpoch, "c.called < @p0"),
        Where(c => c.Seen.Year == 2024, """DateTimePart("year", c.seen) = @p0"""),
        Where(c => c.Seen.Month == 2 && c.Seen.Day == 29 && c.Seen.Hour == 12, """DateTimePart("month", c.seen) = @p0 AND DateTimePart("day", c.seen) = @p1 AND DateTimePart("hour", c.seen) = @p2"""),
        Where(c => QueryFunctions.DateTimeDiff("day", c.Seen, DateTime.UnixEpoch) < 0, "DateTimeDiff(@p0, c.seen, @p1) < @p2"),
        Where(c => QueryFunctions.DateTimePart("minute", c.Seen) == 30, "DateTimePart(@p0, c.seen) = @p1"),
        Where(c => QueryFunctions.DateTimeToTicks(c.Seen) > 0, "DateTimeToTicks(c.seen) > @p0"),
        Where(c => QueryFunctions.CurrentTimestamp() > 0, "GetCurrentTimestamp() > @p0"),
    ];

    public static IEnumerable<Case> Collections =>
    [
        Where(c => Countries.Contains(c.Country), "c.country IN (@p0, @p1)"),
        Where(c => new List<string> { "AD", "LI" }.Contains(c.Country), "c.country IN (@p0, @p1)"),
        Where(c => !Countries.Contains(c.Region), "(NOT (c.region IN (@p0, @p1))) ?? true"),
        Where(c => Years.Contains(c.Founded), "c.founded IN (@p0) OR NOT IS_DEFINED(c.founded) OR IS_NULL(c.founded)"),
        Where(c => Moods.Contains(c.Mood), "c.mood IN (@p0)"),
        Where(c => Sizes.Contains(c.Size), "c.size IN (@p0)"),
        Where(c => None.Contains(c.Country), "false"),
        Where(c => c.Languages.Contains("ca"), "ARRAY_CONTAINS(c.languages, @p0)"),
        Where(c => c.Marks.Contains(c.Population), "ARRAY_CONTAINS(c.marks, c.population)"),
        Where(c => Countries.Any(country => c.Name.StartsWith(country)), "STARTSWITH(c.name, @p0) OR STARTSWITH(c.name, @p1)"),
        Where(c => Countries.All(country => c.Country != country), "c.country != @p0 AND c.country != @p1"),
        Where(c => c.Languages.Any(), "ARRAY_LENGTH(c.languages) > 0"),
        Where(c => c.Languages.Length > 2, "ARRAY_LENGTH(c.languages) > @p0"),
        Where(c => c.Visits.Count > 2, "ARRAY_LENGTH(c.visits) > @p0"),
        Where(c => c.Marks.Count() > 2, "ARRAY_LENGTH(c.marks) > @p0"),
        Where(c => c.Visits.Any(v => v.Guest == "Ana" && v.Nights > 2), "EXISTS(SELECT VALUE 1 FROM t1 IN c.visits WHERE t1.guest = @p0 AND t1.nights > @p1)"),
        Where(c => c.Visits.All(v => v.Nights > 2), "NOT EXISTS(SELECT VALUE 1 FROM t1 IN c.visits WHERE NOT (t1.nights > @p0))"),
        Where(c => !c.Visits.Any(v => v.Days.Contains("Mo")), "NOT EXISTS(SELECT VALUE 1 FROM t1 IN c.visits WHERE ARRAY_CONTAINS(t1.days, @p0))"),
        Where(c => c.Visits.Count(v => v.Nights > 2) >= 2, "(SELECT VALUE COUNT(1) FROM t1 IN c.visits WHERE t1.nights > @p0) >= @p1"),
        Where(c => c.Visits.Sum(v => v.Nights) > 10, "(SELECT VALUE SUM(t1.nights) FROM t1 IN c.visits) > @p0"),
        Where(c => c.Marks.Max() > 4 && c.Marks.Min() > 1 && c.Marks.Average() > 2, "(SELECT VALUE MAX(t1) FROM t1 IN c.marks) > @p0 AND (SELECT VALUE MIN(t2) FROM t2 IN c.marks) > @p1 AND (SELECT VALUE AVG(t3) FROM t3 IN c.marks) > @p2"),
        Where(c => c.Visits.Average(v => v.Stars) > 3, "(SELECT VALUE AVG(IS_NULL(t1.stars) ? undefined : t1.stars) FROM t1 IN c.visits) > @p0"),
        Where(c => c.Visits.Select(v => v.Guest).Contains("Ana"), "EXISTS(SELECT VALUE 1 FROM t1 IN c.visits WHERE t1.guest = @p0)"),
        Where(c => c.Visits.Select(v => v.Guest).Distinct().Count() > 1, "ARRAY_LENGTH(ARRAY(SELECT DISTINCT VALUE t1.guest FROM t1 IN c.visits)) > @p0"),
        Where(c => c.Visits.SelectMany(v => v.Days).Any(d => d == c.Name), "EXISTS(SELECT VALUE 1 FROM t1 IN c.visits JOIN t2 IN t1.days WHERE t2 = c.name)"),
        Where(c => c.Languages[0] == "ca", "c.languages[0] = @p0"),
        Where(c => c.Languages.First() == "ca", "c.languages[0] = @p0"),
        Where(c => c.Languages.FirstOrDefault() == null, "NOT IS_DEFINED(c.languages[0]) OR IS_NULL(c.languages[0])"),
        Where(c => c.Visits.Where(v => v.Nights > 2).OrderBy(v => v.Nights).First().Guest == "Ana", "ARRAY(SELECT VALUE t1 FROM t1 IN c.visits WHERE t1.nights > @p0 ORDER BY t1.nights)[0].guest = @p1"),
        Where(c => c.Languages.SequenceEqual(Countries), "c.languages = @p0"),
    ];

    public static IEnumerable<Case> Members =>
    [
        Where(c => c.Zip == "9490", """c["zip-code"] = @p0"""),
        Where(c => c.Location.Coordinates[1] > 60, "c.location.coordinates[1] > @p0"),
        Where(c => c.Port!.Type == "Point", "c.port.type = @p0"),
        Where(c => c.Port == null, "NOT IS_DEFINED(c.port) OR IS_NULL(c.port)"),
        Where(c => c.Tags["river"] == "Rhein", "c.tags.river = @p0"),
        Where(c => c.Tags["coat of arms"] == "bear", """c.tags["coat of arms"] = @p0"""),
        Where(c => c.Tags.ContainsKey("river"), "IS_DEFINED(c.tags.river)"),
        Where(c => c.Tags.Count == 0, "ARRAY_LENGTH(ObjectToArray(c.tags)) = @p0"),
        Where(c => c.Tags[Countries[0]] == "x", "c.tags[@p0] = @p1"),
        Where(c => c.Extra!["mayor"].GetProperty("name").GetString() == "Ana", "c.mayor.name = @p0"),
        Where(c => QueryFunctions.Member<string>(c, "mayor") == "Ana", "c.mayor = @p0"),
    ];

    public static IEnumerable<Case> Dialect =>
    [
        Where(c => QueryFunctions.IsDefined(c.Region), "IS_DEFINED(c.region)"),
        Where(c => QueryFunctions.IsNull(c.Region), "IS_NULL(c.region)"),
        Where(c => QueryFunctions.IsArray(c.Region), "IS_ARRAY(c.region)"),
        Where(c => QueryFunctions.IsBool(c.Region), "IS_BOOL(c.region)"),
        Where(c => QueryFunctions.IsDateTime(c.Region), "IS_DATETIME(c.region)"),
        Where(c => QueryFunctions.IsFiniteNumber(c.Founded), "IS_FINITE_NUMBER(c.founded)"),
        Where(c => QueryFunctions.IsInteger(c.Founded), "IS_INTEGER(c.founded)"),
        Where(c => QueryFunctions.IsNumber(c.Founded), "IS_NUMBER(c.founded)"),
        Where(c => QueryFunctions.IsObject(c.Port), "IS_OBJECT(c.port)"),
        Where(c => QueryFunctions.IsPrimitive(c.Region), "IS_PRIMITIVE(c.region)"),
        Where(c => QueryFunctions.IsString(c.Region), "IS_STRING(c.region)"),
        Where(c => QueryFunctions.IfUndefined(c.Population, 0) == 0, "(c.population ?? @p0) = @p1"),
        Where(c => QueryFunctions.UserDefined<bool>("isNice", c.Name, 5), "udf.isNice(c.name, @p0)"),
        Where(c => QueryFunctions.StartsWith(c.Name, "san", true), "STARTSWITH(c.name, @p0, @p1)"),
        Where(c => QueryFunctions.EndsWith(c.Name, "burg", true), "ENDSWITH(c.name, @p0, @p1)"),
        Where(c => QueryFunctions.Contains(c.Name, "york", true), "CONTAINS(c.name, @p0, @p1)"),
        Where(c => QueryFunctions.StringEquals(c.Name, "roma", true), "STRINGEQUALS(c.name, @p0, @p1)"),
        Where(c => QueryFunctions.Like(c.Name, "M_nster%"), "c.name LIKE @p0"),
        Where(c => QueryFunctions.RegexMatch(c.Name, "^S[ao]n"), "RegexMatch(c.name, @p0)"),
        Where(c => QueryFunctions.RegexMatch(c.Name, "^s[ao]n", "i"), "RegexMatch(c.name, @p0, @p1)"),
        Where(c => QueryFunctions.ArrayContains(c.Languages, "ca"), "ARRAY_CONTAINS(c.languages, @p0)"),
        Where(c => QueryFunctions.ArrayContains(c.Visits, new { guest = "Ana" }, true), "ARRAY_CONTAINS(c.visits, @p0, @p1)"),
        Where(c => QueryFunctions.ArrayContainsAll(c.Languages, "ca", "es"), "ARRAY_CONTAINS_ALL(c.languages, @p0, @p1)"),
        Where(c => QueryFunctions.ArrayContainsAny(c.Languages, Countries), "ARRAY_CONTAINS_ANY(c.languages, @p0, @p1)"),
        Where(c => QueryFunctions.ArrayConcat(c.Languages, Countries).Length > 3, "ARRAY_LENGTH(ARRAY_CONCAT(c.languages, @p0)) > @p1"),
        Where(c => QueryFunctions.ArraySlice(c.Languages, 0, 2).Contains("ca"), "ARRAY_CONTAINS(ARRAY_SLICE(c.languages, @p0, @p1), @p2)"),
        Where(c => QueryFunctions.SetIntersect(c.Languages, Countries).Length > 0, "ARRAY_LENGTH(SetIntersect(c.languages, @p0)) > @p1"),
        Where(c => QueryFunctions.SetUnion(c.Languages, Countries).Length > 0, "ARRAY_LENGTH(SetUnion(c.languages, @p0)) > @p1"),
        Where(c => QueryFunctions.SetDifference(c.Languages, Countries).Length > 0, "ARRAY_LENGTH(SetDifference(c.languages, @p0)) > @p1"),
        Where(c => QueryFunctions.Distance(c.Location, QueryFunctions.Point(13.4, 52.5)) < 50_000, """ST_DISTANCE(c.location, {"type": "Point", "coordinates": [@p0, @p1]}) < @p2"""),
        Where(c => QueryFunctions.Within(c.Location, c.Port), "ST_WITHIN(c.location, c.port)"),
        Where(c => QueryFunctions.Intersects(c.Location, c.Port), "ST_INTERSECTS(c.location, c.port)"),
        Where(c => QueryFunctions.IsValidGeometry(c.Location), "ST_ISVALID(c.location)"),
        Where(c => QueryFunctions.Area(c.Location) > 0, "ST_AREA(c.location) > @p0"),
        Where(c => QueryFunctions.VectorDistance(c.Location.Coordinates, new[] { 1.0, 0.0 }) > 0.5, "VectorDistance(c.location.coordinates, @p0) > @p1"),
    ];
}
