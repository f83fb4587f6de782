using System.Buffers;
using System.Text.Json;
using CsCheck;
using Nacre.Query.Functions;
using Nacre.Query.Tests.Values;
using Nacre.Query.Values;

namespace Nacre.Query.Tests.Functions;

/// <summary>Every function with arguments that nobody thought of: an answer, or a limit, and never anything else.</summary>
[TestFixture]
public sealed class FunctionFuzzTests
{
    private static readonly string[] Known =
    [
        .. FunctionExamples.All.Select(example => example.Call),
    ];

    private static readonly Gen<QueryValue> Argument = Gen.Frequency(
        (6, JsonGen.Value.Select(json => QueryValueReader.Read(JsonGen.Utf8(json)))),
        (2, Gen.OneOf(
            "year", "ns", "yyyy-MM-dd", "2024-02-29T23:59:59.9999999Z", "0001-01-01", "9999-12-31", "(a*)*", "[", "i", "{\"a\":[1]}",
            "[\"\uD83D\"]", "\uD83D", "\uDE00").Select(QueryValue.FromString)),
        (2, Gen.OneOf(0, 1, -1, 63, 64, 1e9, -1e9, 1e300, 0.5, double.NaN, double.PositiveInfinity).Select(QueryValue.FromNumber)),
        (1, Gen.OneOf(long.MinValue, long.MaxValue).Select(QueryValue.FromInteger)),
        (1, Gen.OneOf(
            """{"type":"Point","coordinates":[180,90]}""",
            """{"type":"LineString","coordinates":[[0,0],[179.9,0.1],[0,90]]}""",
            """{"type":"Polygon","coordinates":[[[0,0],[90,0],[180,0],[-90,0],[0,0]]]}""",
            """{"type":"Polygon","coordinates":[[[0,0],[10,10],[10,0],[0,10],[0,0]],[[0,-90],[1,1],[0,90],[0,-90]]]}""",
            """{"type":"MultiPolygon","coordinates":[]}""",
            """{"type":"Polygon","coordinates":[[[5,89],[125,89],[-115,89],[5,89]]]}""")
            .Select(json => QueryValueReader.Read(JsonGen.Utf8(json)))),
        (1, Gen.Const(QueryValue.Undefined)));

    [Test]
    public void Invoke_RandomArguments_AnswersOrReachesALimit()
    {
        Gen.Select(Gen.Int[0, ScalarFunctions.All.Count - 1], Argument.Array[0, 7]).Sample((number, arguments) =>
        {
            ScalarFunction function = ScalarFunctions.All[number];
            int count = Math.Clamp(arguments.Length, function.MinArguments, function.MaxArguments);
            Array.Resize(ref arguments, count);
            AssertAnswers(function, arguments);
        }, iter: 40_000);
    }

    [Test]
    public void Invoke_ExamplesWithOneArgumentReplaced_AnswersOrReachesALimit()
    {
        Gen.Select(Gen.Int[0, Known.Length - 1], Gen.Int[0, 6], Argument).Sample((number, position, argument) =>
        {
            var example = new Example(Known[number], "");
            QueryValue[] arguments = [.. example.Arguments()];
            Assert.That(ScalarFunctions.TryFind(example.Name, out ScalarFunction? function));
            if (arguments.Length > 0)
            {
                arguments[position % arguments.Length] = argument;
                AssertAnswers(function!, arguments);
            }
        }, iter: 40_000);
    }

    private static void AssertAnswers(ScalarFunction function, QueryValue[] arguments)
    {
        try
        {
            QueryValue answer = function.Invoke(arguments, TestContexts.New(maxValueBytes: 100_000, maxSteps: 10_000_000));
            if (answer.IsDefined)
            {
                // Whatever it is, it is a value like any other: JSON that reads back as the same.
                var json = new ArrayBufferWriter<byte>();
                QueryValueWriter.Write(answer, json);
                using JsonDocument parsed = JsonDocument.Parse(json.WrittenMemory);
                QueryValue again = QueryValueReader.Read(json.WrittenMemory);
                Assert.That(again.Equals(answer) || (answer.IsNumber && !double.IsFinite(answer.Number)), function.Name);
            }
        }
        catch (FunctionLimitException)
        {
            // A limit is an answer too.
        }
    }
}
