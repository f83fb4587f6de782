using System.Buffers;
using System.Text;
using Nacre.Core.Errors;
using Nacre.Query.Binding;
using Nacre.Query.Evaluation;
using Nacre.Query.Syntax;
using Nacre.Query.Values;
using Nacre.Testing;

namespace Nacre.Query.Tests.Support;

/// <summary>Runs queries over a few documents.</summary>
internal static class Queries
{
    /// <summary>The instant of every query here.</summary>
    public static readonly DateTimeOffset Now = new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);

    public static readonly IReadOnlyDictionary<string, QueryValue> NoParameters = new Dictionary<string, QueryValue>(StringComparer.Ordinal);

    public static BoundQuery Bound(
        string text, IReadOnlyDictionary<string, QueryValue>? parameters = null, IUserFunctions? functions = null)
    {
        Result<BoundQuery> bound = QueryBinder.Bind(
            QueryParser.Parse(text).Value, parameters ?? NoParameters, functions ?? NoUserFunctions.Instance);
        Assert.That(bound.Error?.Message, Is.Null, text);
        return bound.Value;
    }

    public static NacreError? BindingError(string text, IUserFunctions? functions = null) =>
        QueryBinder.Bind(QueryParser.Parse(text).Value, NoParameters, functions ?? NoUserFunctions.Instance).Error;

    public static QueryPipeline Pipeline(
        BoundQuery query, QueryLimits? limits = null, IUserFunctions? functions = null, CancellationToken cancellation = default) =>
        new(query, limits ?? QueryLimits.Default, Now, new SeededRandom(1), functions ?? NoUserFunctions.Instance, cancellation);

    /// <summary>The rows as JSON, or the refusal.</summary>
    public static (List<string> Rows, NacreError? Error) Run(QueryPipeline pipeline, IEnumerable<string> documents)
    {
        List<string> rows = [];
        foreach (string document in documents)
        {
            if (pipeline.IsDone)
            {
                break;
            }

            Result<Unit> added = pipeline.Add(Encoding.UTF8.GetBytes(document));
            Take(pipeline, rows);
            if (!added.IsOk)
            {
                return (rows, added.Error);
            }
        }

        Result<Unit> finished = pipeline.Finish();
        Take(pipeline, rows);
        return (rows, finished.Error);
    }

    /// <summary>The rows as a JSON array.</summary>
    public static string Rows(string text, params string[] documents)
    {
        (List<string> rows, NacreError? error) = Run(Pipeline(Bound(text)), documents);
        Assert.That(error?.Message, Is.Null, text);
        return $"[{string.Join(",", rows)}]";
    }

    public static void Take(QueryPipeline pipeline, List<string> rows)
    {
        while (pipeline.TryTake(out QueryValue row))
        {
            var json = new ArrayBufferWriter<byte>();
            QueryValueWriter.Write(row, json);
            rows.Add(Encoding.UTF8.GetString(json.WrittenSpan));
        }
    }

    public static QueryValue Value(string json) => QueryValueReader.Read(Encoding.UTF8.GetBytes(json));
}
