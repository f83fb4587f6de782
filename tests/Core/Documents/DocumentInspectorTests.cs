using System.Text;
using System.Text.Json;
using CsCheck;
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

    [Test]
    public void Inspect_BadUtf8_IsMalformed()
    {
        byte[] document = [.. """{"id":"a","x":"""u8, (byte)'"', 0xC3, 0x28, .. "\"}"u8];

        Assert.That(DocumentInspector.Inspect(document, ByCountry).Error?.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public void Inspect_Size_EndsAtTheLimit()
    {
        const string Around = """{"id":"a","x":""}""";
        string longest = Around.Insert(Around.Length - 2, new string('x', DocumentLimits.MaxDocumentBytes - Around.Length));

        Assert.That(Inspect(longest).IsOk, Is.True);
        Assert.That(Inspect(longest + " ").Error?.Code, Is.EqualTo(ErrorCode.TooLarge));
    }

    [Test]
    public void Inspect_Nesting_EndsAtTheLimit()
    {
        Assert.That(Inspect(Nested(DocumentLimits.MaxDepth)).IsOk, Is.True);
        Assert.That(Inspect(Nested(DocumentLimits.MaxDepth + 1)).Error?.Code, Is.EqualTo(ErrorCode.TooLarge));
        Assert.That(Inspect(Nested(DocumentLimits.MaxDepth + 2)).Error?.Code, Is.EqualTo(ErrorCode.TooLarge));

        static string Nested(int levels) =>
            $$"""{"id":"a","x":{{new string('[', levels - 1)}}{{new string(']', levels - 1)}}}""";
    }

    [Test]
    public void Inspect_Id_EndsAtTheLimit()
    {
        string longest = string.Concat(Enumerable.Repeat("漢", DocumentLimits.MaxIdBytes / 3));

        Assert.That(Inspect($$"""{"id":"{{longest}}"}""").Value.Id, Is.EqualTo(longest));
        Assert.That(Inspect($$"""{"id":"{{longest}}a"}""").Error?.Code, Is.EqualTo(ErrorCode.TooLarge));
    }

    [Test]
    public void Inspect_PartitionKey_EndsAtTheLimit()
    {
        string longest = new('k', DocumentLimits.MaxPartitionKeyBytes);

        Assert.That(Inspect($$"""{"id":"a","country":"{{longest}}"}""").IsOk, Is.True);
        Assert.That(Inspect($$"""{"id":"a","country":"{{longest}}k"}""").Error?.Code, Is.EqualTo(ErrorCode.TooLarge));
    }

    /// <summary>Names of one length, alike in their first and last 8 bytes, have one fingerprint.</summary>
    [TestCase(3)]
    [TestCase(64)]
    [TestCase(65)]
    [TestCase(5000)]
    public void Inspect_CollidingNames_AreToldApart(int count)
    {
        string[] names = [.. Enumerable.Range(0, count).Select(i => $"12345678{i:d6}abcdefgh")];

        Assert.That(Inspect(Document(names)).IsOk, Is.True);
        Assert.That(Inspect(Document([.. names, names[count / 2]])).Error?.Code, Is.EqualTo(ErrorCode.Malformed));
        Assert.That(Inspect(Document([names[^1], .. names])).Error?.Code, Is.EqualTo(ErrorCode.Malformed));

        static string Document(IEnumerable<string> names) =>
            $$"""{"id":"a",{{string.Join(',', names.Select(name => $"\"{name}\":0"))}}}""";
    }

    [Test]
    public void Inspect_AnyDocument_AgreesWithASlowReference() => GenJson.Sample(json =>
    {
        PartitionKeyDefinition definition = PartitionKeyDefinition.Create("/a/b", "/c").Value;
        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        Result<InspectedDocument> found = DocumentInspector.Inspect(utf8, definition);

        Assert.That(found.IsOk ? (found.Value.Id, found.Value.PartitionKey.ToString()) : ("", found.Error.Code.ToString()),
            Is.EqualTo(Reference(utf8)), json);
    }, iter: 5000);

    [Test]
    public void Inspect_AnyBytes_NeverThrows() =>
        Gen.OneOf("{", "}", "\"id\"", ":", ",", "\"a\"", "\"a", "\\u", "1", "null", "[", "]", "\u00e9", " ").Array[0, 20].Sample(parts =>
            Inspect(string.Concat(parts)).IsOk || true, iter: 5000);

    /// <summary>Few names, so that repetitions and paths turn up often; some escaped.</summary>
    private static readonly Gen<string> GenName = Gen.OneOf("\"a\"", "\"b\"", "\"c\"", "\"\\u0061\"", "\"longer-than-eight\"", "\"\"", "\"é\"");

    private static readonly Gen<string> GenJson = Gen.Recursive<string>((depth, inner) =>
        depth > 4
            ? GenScalar
            : Gen.Frequency(
                (3, GenScalar),
                (1, inner.Array[0, 3].Select(values => $"[{string.Join(',', values)}]")),
                (2, GenMembers(inner).Select(members => $"{{{members}}}"))))
        .SelectMany(value => GenMembers(Gen.Const(value)).Select(GenId, (members, id) =>
            $"{{{string.Join(',', new[] { members, id }.Where(part => part.Length > 0))}}}"));

    private static Gen<string> GenScalar => Gen.OneOf("1", "null", "true", "\"x\"", "-0.0", "1e400", "\"\\n\"");

    private static Gen<string> GenId => Gen.OneOf("\"id\":\"one\"", "\"id\":\"one\"", "\"id\":\"one\"", "\"id\":1", "\"id\":\"a/b\"", "");

    private static Gen<string> GenMembers(Gen<string> value) =>
        Gen.Select(GenName, value).Array[0, 3].Select(members => string.Join(',', members.Select(member => $"{member.Item1}:{member.Item2}")));

    private static (string Id, string Key) Reference(byte[] utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        JsonElement root = document.RootElement;
        if (HasRepeatedNames(root) ||
            !root.TryGetProperty("id", out JsonElement id) || id.ValueKind != JsonValueKind.String || id.GetString()!.Contains('/'))
        {
            return ("", nameof(ErrorCode.Malformed));
        }

        string? first = root.TryGetProperty("a", out JsonElement a) && a.ValueKind == JsonValueKind.Object ? Component(a, "b") : "{}";
        string? second = Component(root, "c");
        return first is null || second is null ? ("", nameof(ErrorCode.Malformed)) : (id.GetString()!, $"[{first},{second}]");
    }

    private static string? Component(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out JsonElement value))
        {
            return "{}";
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object or JsonValueKind.Array => null,
            JsonValueKind.Number => double.IsFinite(value.GetDouble()) ? $"{value.GetDouble() + 0.0}" : null,
            _ => value.GetRawText(),
        };
    }

    private static bool HasRepeatedNames(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().GroupBy(member => member.Name).Any(group => group.Count() > 1) ||
            element.EnumerateObject().Any(member => HasRepeatedNames(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(HasRepeatedNames),
        _ => false,
    };

    private static Result<InspectedDocument> Inspect(string document) =>
        DocumentInspector.Inspect(Encoding.UTF8.GetBytes(document), ByCountry);
}
