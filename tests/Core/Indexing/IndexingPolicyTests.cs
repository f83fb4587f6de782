using Nacre.Core.Errors;
using Nacre.Core.Indexing;

namespace Nacre.Core.Tests.Indexing;

[TestFixture]
public sealed class IndexingPolicyTests
{
    [Test]
    public void Parse_AnEmptyObject_IsTheDefault()
    {
        Assert.That(IndexingPolicy.Parse("{}").Value, Is.EqualTo(IndexingPolicy.Default));
        Assert.That(IndexingPolicy.Default.ToJson(), Is.EqualTo(
            """{"indexingMode":"consistent","automatic":true,"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/_etag/?"}]}"""));
    }

    [TestCase("""{"indexingMode":"none"}""", """{"indexingMode":"none","automatic":false,"includedPaths":[],"excludedPaths":[]}""")]
    [TestCase("""{"indexingMode":"None","automatic":false}""", """{"indexingMode":"none","automatic":false,"includedPaths":[],"excludedPaths":[]}""")]
    [TestCase("""{"excludedPaths":[{"path":"/*"}]}""", """{"indexingMode":"consistent","automatic":true,"includedPaths":[],"excludedPaths":[{"path":"/*"}]}""")]
    [TestCase("""{"indexingMode":"Consistent","includedPaths":[{"path":"/*","indexes":[{"kind":"Range"}]}],"excludedPaths":[{"path":"/\"a\"/*"}],"vectorIndexes":[]}""",
        """{"indexingMode":"consistent","automatic":true,"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/a/*"}]}""")]
    [TestCase("""{"includedPaths":[{"path":"/*"}],"compositeIndexes":[[{"path":"/a"},{"path":"/b/c","order":"descending"}]],"spatialIndexes":[{"path":"/location/*","types":["Polygon","Point"]}]}""",
        """{"indexingMode":"consistent","automatic":true,"includedPaths":[{"path":"/*"}],"excludedPaths":[],"compositeIndexes":[[{"path":"/a","order":"ascending"},{"path":"/b/c","order":"descending"}]],"spatialIndexes":[{"path":"/location/*","types":["Point","Polygon"]}]}""")]
    public void Parse_AGoodPolicy_IsWrittenInOneWay(string json, string written)
    {
        IndexingPolicy policy = IndexingPolicy.Parse(json).Value;

        Assert.That(policy.ToJson(), Is.EqualTo(written));
        Assert.That(IndexingPolicy.Parse(written).Value == policy);
        Assert.That(IndexingPolicy.Parse(written).Value != policy, Is.False);
    }

    [TestCase("", ErrorCode.Malformed, "not valid JSON at line 1")]
    [TestCase("[]", ErrorCode.Malformed, "not a JSON object")]
    [TestCase("""{"mode":1}""", ErrorCode.Malformed, "unknown member mode")]
    [TestCase("""{"\ud800":1}""", ErrorCode.Malformed, "surrogate")]
    [TestCase("""{"indexingMode":"lazy"}""", ErrorCode.Unsupported, "lazy")]
    [TestCase("""{"indexingMode":"fast"}""", ErrorCode.Malformed, "indexingMode")]
    [TestCase("""{"automatic":1}""", ErrorCode.Malformed, "automatic")]
    [TestCase("""{"automatic":false}""", ErrorCode.Unsupported, "automatic")]
    [TestCase("""{"indexingMode":"none","includedPaths":[{"path":"/*"}]}""", ErrorCode.Malformed, "mode none")]
    [TestCase("""{"includedPaths":{}}""", ErrorCode.Malformed, "includedPaths")]
    [TestCase("""{"includedPaths":[{"path":1}]}""", ErrorCode.Malformed, "includedPaths")]
    [TestCase("""{"includedPaths":[{"path":"/*","x":1}]}""", ErrorCode.Malformed, "includedPaths")]
    [TestCase("""{"includedPaths":[{"path":"/a"}]}""", ErrorCode.Malformed, "does not end")]
    [TestCase("""{"includedPaths":[{"path":"/a/?"}]}""", ErrorCode.Malformed, "neither includes nor excludes /*")]
    [TestCase("""{"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/*"}]}""", ErrorCode.Malformed, "more than once")]
    [TestCase("""{"includedPaths":[{"path":"/*"},{"path":"/a/?"},{"path":"/\"a\"/?"}]}""", ErrorCode.Malformed, "/a/? more than once")]
    [TestCase("""{"compositeIndexes":[{}]}""", ErrorCode.Malformed, "array of arrays")]
    [TestCase("""{"compositeIndexes":[[{"path":"/a"}]]}""", ErrorCode.Malformed, "it takes 2 to 8")]
    [TestCase("""{"compositeIndexes":[[{"path":"/a"},{"path":"/a","order":"descending"}]]}""", ErrorCode.Malformed, "a path twice")]
    [TestCase("""{"compositeIndexes":[[{"path":"/a"},{"path":"/b/[]"}]]}""", ErrorCode.Malformed, "members alone")]
    [TestCase("""{"compositeIndexes":[[{"path":"/a"},{"path":"/b/?"}]]}""", ErrorCode.Malformed, "wildcard")]
    [TestCase("""{"compositeIndexes":[[{"path":"/a"},{"path":"/b","order":"up"}]]}""", ErrorCode.Malformed, "ascending or descending")]
    [TestCase("""{"compositeIndexes":[[{"path":"/a"},{"path":"/b"}],[{"path":"/a"},{"path":"/b"}]]}""", ErrorCode.Malformed, "twice")]
    [TestCase("""{"spatialIndexes":[{"path":"/l/*"}]}""", ErrorCode.Malformed, "without types")]
    [TestCase("""{"spatialIndexes":[{"path":"/l/*","types":[]}]}""", ErrorCode.Malformed, "for no types")]
    [TestCase("""{"spatialIndexes":[{"path":"/l/*","types":["Circle"]}]}""", ErrorCode.Malformed, "none of Point")]
    [TestCase("""{"spatialIndexes":[{"path":"/l/*","types":["Point"]},{"path":"/l/*","types":["Polygon"]}]}""", ErrorCode.Malformed, "two spatial")]
    [TestCase("""{"vectorIndexes":[{"path":"/v"}]}""", ErrorCode.Unsupported, "vectorIndexes")]
    public void Parse_ABadPolicy_SaysWhatIsWrong(string json, ErrorCode code, string message)
    {
        Result<IndexingPolicy> parsed = IndexingPolicy.Parse(json);

        Assert.That(parsed.Error?.Code, Is.EqualTo(code));
        Assert.That(parsed.Error!.Message, Does.Contain(message));
    }

    [Test]
    public void Parse_TooMany_IsTooLarge()
    {
        string paths = string.Join(',', Enumerable.Range(0, IndexingPolicy.MaxPaths + 1).Select(i => $$"""{"path":"/p{{i}}/?"}"""));
        string composites = string.Join(',', Enumerable.Range(0, IndexingPolicy.MaxCompositeIndexes + 1).Select(i => $$"""[{"path":"/a"},{"path":"/p{{i}}"}]"""));
        string spatials = string.Join(',', Enumerable.Range(0, IndexingPolicy.MaxSpatialIndexes + 1).Select(i => $$"""{"path":"/p{{i}}/*","types":["Point"]}"""));
        string name = new('n', 1000);
        string large = string.Join(',', Enumerable.Range(0, 49).Select(i => $$"""{"path":"/p{{i}}{{name}}/?"}"""));

        Assert.That(IndexingPolicy.Parse($$"""{"includedPaths":[{{paths}}]}""").Error?.Code, Is.EqualTo(ErrorCode.TooLarge));
        Assert.That(IndexingPolicy.Parse($$"""{"compositeIndexes":[{{composites}}]}""").Error?.Code, Is.EqualTo(ErrorCode.TooLarge));
        Assert.That(IndexingPolicy.Parse($$"""{"spatialIndexes":[{{spatials}}]}""").Error?.Code, Is.EqualTo(ErrorCode.TooLarge));
        Assert.That(IndexingPolicy.Parse($$"""{"includedPaths":[{"path":"/*"},{{large}}]}""").Error?.Code, Is.EqualTo(ErrorCode.TooLarge));
        Assert.That(IndexingPolicy.Parse(new string(' ', 5 * IndexingPolicy.MaxJsonBytes)).Error?.Code, Is.EqualTo(ErrorCode.TooLarge));
    }

    [TestCase("/food/ingredients/nutrition", true)]
    [TestCase("/food/ingredients/nutrition/carbs/[]", true)]
    [TestCase("/food/ingredients", false)]
    [TestCase("/food/ingredients/salt", false)]
    [TestCase("/food", true)]
    [TestCase("/a", true)]
    [TestCase("/a/b", false)]
    [TestCase("/a/b/c", true)]
    [TestCase("/a/b/d", false)]
    [TestCase("/tags", true)]
    [TestCase("/tags/[]", false)]
    [TestCase("/tags/[]/x", true)]
    [TestCase("/id", true)]
    public void Includes_APathUnderSeveralPatterns_GoesByTheMostPrecise(string path, bool included)
    {
        IndexingPolicy policy = IndexingPolicy.Parse(
            """
            {"includedPaths":[{"path":"/*"},{"path":"/food/ingredients/nutrition/*"},{"path":"/a/?"},{"path":"/a/b/c/?"}],
             "excludedPaths":[{"path":"/food/ingredients/*"},{"path":"/a/*"},{"path":"/tags/[]/?"},{"path":"/id/*"}]}
            """).Value;

        Assert.That(policy.Includes(DocumentPath.Parse(path).Value), Is.EqualTo(included));
    }

    [TestCase("/id", true)]
    [TestCase("/a", true)]
    [TestCase("/b", false)]
    [TestCase("/a/b", false)]
    public void Includes_WhereAllElseIsExcluded_TakesWhatIsNamedAndTheId(string path, bool included) => Assert.That(
        IndexingPolicy.Parse("""{"includedPaths":[{"path":"/a/?"}],"excludedPaths":[{"path":"/*"}]}""").Value
            .Includes(DocumentPath.Parse(path).Value), Is.EqualTo(included));

    [Test]
    public void Includes_WithoutAnIndex_IsNothing() =>
        Assert.That(IndexingPolicy.None.Includes(DocumentPath.Parse("/id").Value), Is.False);

    [TestCase("/location", 0, true)]
    [TestCase("/location/inner", 1, true)]
    [TestCase("/location/other", 0, false)]
    [TestCase("/place", 2, false)]
    [TestCase("/places/[]", 2, false)]
    [TestCase("/hidden", 2, true)]
    [TestCase("/hidden/at", -1, false)]
    [TestCase("/hidden/here", 3, true)]
    [TestCase("/hidden/here/below", -1, false)]
    public void SpatialIndexOf_AnyPath_IsThatOfTheMostPrecisePattern(string path, int index, bool named)
    {
        IndexingPolicy policy = IndexingPolicy.Parse(
            """
            {"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/hidden/*"}],
             "spatialIndexes":[{"path":"/location/*","types":["Point"]},{"path":"/location/inner/?","types":["Point"]},
                               {"path":"/*","types":["Point"]},{"path":"/hidden/here/?","types":["Point"]}]}
            """).Value;

        Assert.That(policy.SpatialIndexOf(DocumentPath.Parse(path).Value, out bool isNamed), Is.EqualTo(index));
        Assert.That(isNamed, Is.EqualTo(named));
        Assert.That(IndexingPolicy.None.SpatialIndexOf(DocumentPath.Parse(path).Value, out _), Is.EqualTo(-1));
    }
}
