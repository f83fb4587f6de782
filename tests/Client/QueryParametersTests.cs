using System.Text;
using System.Text.Json;

namespace Nacre.Client.Tests;

/// <summary>Values for the parameters of queries.</summary>
[TestFixture]
public sealed class QueryParametersTests
{
    [Test]
    public void Add_AnyValue_IsItsJson()
    {
        var type = (System.Text.Json.Serialization.Metadata.JsonTypeInfo<int[]>)JsonSerializerOptions.Default.GetTypeInfo(typeof(int[]));
        var parameters = new QueryParameters
        {
            { "@text", "a \"b\"" }, { "@nothing", null }, { "@whole", 9_007_199_254_740_993 }, { "@number", 0.5 }, { "@yes", true },
            { "@list", new[] { 1, 2 }, type },
        };
        parameters.AddJson("object", "{}"u8.ToArray());

        Assert.That(
            parameters.ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetString(pair.Value.Span)),
            Is.EqualTo(new Dictionary<string, string>
            {
                ["@text"] = "\"a \\u0022b\\u0022\"", ["@nothing"] = "null", ["@whole"] = "9007199254740993", ["@number"] = "0.5", ["@yes"] = "true",
                ["@list"] = "[1,2]", ["@object"] = "{}",
            }));
        Assert.That(parameters.Count, Is.EqualTo(7));
    }

    [Test]
    public void Add_NameTwiceOrNumberOfNoJson_Throws()
    {
        var parameters = new QueryParameters { { "@a", 1 } };

        Assert.That(() => parameters.Add("a", 2), Throws.ArgumentException);
        Assert.That(() => parameters.Add("", 2), Throws.ArgumentException);
        Assert.That(() => parameters.Add("b", double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
