using System.Text;
using Nacre.Core.Documents;
using Nacre.Core.Errors;

namespace Nacre.Core.Tests.Documents;

[TestFixture]
public sealed class DocumentInspectorTests
{
    private static readonly PartitionKeyDefinition ByCountry = PartitionKeyDefinition.Create("/country").Value;

    [Test]
    public void Inspect_GoodDocument_GivesIdAndKey()
    {
        InspectedDocument found = Inspect("""{"id":"a\u0062","name":{"id":7,"country":"X"},"country":"NL"}""").Value;

        Assert.That(found, Is.EqualTo(new InspectedDocument("ab", new PartitionKey(PartitionKeyValue.Of("NL")))));
    }

    [TestCase("""{"id":"a"}""", "[{}]")]
    [TestCase("""{"id":"a","country":null}""", "[null]")]
    [TestCase("""{"id":"a","country":-0.0}""", "[0]")]
    [TestCase("""{"id":"a","country":true}""", "[true]")]
    [TestCase("""{"id":"a","\u0063ountry":"x"}""", """["x"]""")]
    [TestCase("""{"id":"a","nested":{"country":1},"list":[{"country":2}]}""", "[{}]")]
    public void Inspect_PartitionKey_IsTakenFromThePath(string document, string expected)
    {
        Assert.That(Inspect(document).Value.PartitionKey.ToString(), Is.EqualTo(expected));
    }

    [TestCase("""{"id":"x","a":{"b":1,"z":{"b":3}},"c":2,"d":{"b":9}}""", "[1,2]")]
    [TestCase("""{"id":"x","a":{"z":{"b":3}},"c":2}""", "[{},2]")]
    [TestCase("""{"id":"x","a":[{"b":3}],"c":2}""", "[{},2]")]
    [TestCase("""{"id":"x","a":{"l":[{"b":1},[]],"b":"y"},"b":1}""", """["y",{}]""")]
    [TestCase("""{"id":"x","a":3,"z":{"b":1}}""", "[{},{}]")]
    [TestCase("""{"id":"x","z":{"a":{"b":1}},"c":{"x":1}}""", null)]
    public void Inspect_NestedPaths_FollowObjectsOnly(string document, string? expected)
    {
        PartitionKeyDefinition definition = PartitionKeyDefinition.Create("/a/b", "/c").Value;
        Result<InspectedDocument> found = DocumentInspector.Inspect(Encoding.UTF8.GetBytes(document), definition);

        Assert.That(found.IsOk ? found.Value.PartitionKey.ToString() : null, Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("1")]
    [TestCase("{}")]
    [TestCase("""{"id":1}""")]
    [TestCase("""{"id":{}}""")]
    [TestCase("""{"id":""}""")]
    [TestCase("""{"id":"a/b"}""")]
    [TestCase("""{"id":"a\\b"}""")]
    [TestCase("""{"id":"a\u0007"}""")]
    [TestCase("""{"id":"a\ud800"}""")]
    [TestCase("""{"id":"a"} x""")]
    [TestCase("""{"id":"a"}{}""")]
    [TestCase("""{"id":"a",}""")]
    [TestCase("""{"id":"a"/**/}""")]
    [TestCase("""{"id":"a","country":[1]}""")]
    [TestCase("""{"id":"a","country":{}}""")]
    [TestCase("""{"id":"a","country":1e999}""")]
    [TestCase("""{"id":"a","id":"a"}""")]
    [TestCase("""{"id":"a","i\u0064":"a"}""")]
    [TestCase("""{"id":"a","x":[{"b":1,"c":[{"b":1}],"b":1}]}""")]
    [TestCase("""{"id":"a","\ud800":1}""")]
    public void Inspect_BadDocument_IsMalformed(string document)
    {
        Assert.That(Inspect(document).Error?.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    private static Result<InspectedDocument> Inspect(string document) =>
        DocumentInspector.Inspect(Encoding.UTF8.GetBytes(document), ByCountry);
}
