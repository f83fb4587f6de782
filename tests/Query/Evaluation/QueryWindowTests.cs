using System.Buffers;
using System.Text;
using Nacre.Core.Errors;
using Nacre.Query.Binding;
using Nacre.Query.Evaluation;
using Nacre.Query.Tests.Support;
using Nacre.Query.Values;
using Nacre.Testing;

namespace Nacre.Query.Tests.Evaluation;

/// <summary>Queries answered page by page: each run answers a window of the rows.</summary>
[TestFixture]
public sealed class QueryWindowTests
{
    private static readonly string[] Documents =
    [
        """{"k":2,"t":[1,2,3]}""", """{"k":1.0,"t":["b","a"]}""", """{"t":[true]}""", """{"k":"x","t":[]}""", """{"k":1,"t":[null,1]}""",
        """{"k":null,"t":[4]}""", """{"k":[1],"t":[5,6]}""", """{"k":{"a":1},"t":[7]}""", """{"k":2,"t":[8]}""", """{"k":"\ud800","t":[9,9,9]}""",
    ];

    [TestCase("SELECT VALUE t FROM c JOIN t IN c.t ORDER BY c.k")]
    [TestCase("SELECT VALUE t FROM c JOIN t IN c.t ORDER BY c.k DESC")]
    [TestCase("SELECT c.k, t FROM c JOIN t IN c.t ORDER BY t, c.k DESC")]
    [TestCase("SELECT c.k, t FROM c JOIN t IN c.t ORDER BY c.none")]
    [TestCase("SELECT VALUE c.k FROM c ORDER BY c.k")]
    [TestCase("SELECT VALUE t FROM c JOIN t IN c.t ORDER BY c.k OFFSET 3 LIMIT 9")]
    [TestCase("SELECT TOP 5 VALUE t FROM c JOIN t IN c.t ORDER BY c.k")]
    [TestCase("SELECT TOP 0 VALUE t FROM c JOIN t IN c.t ORDER BY c.k")]
    public void Sorted_InPages_IsTheWhole(string text)
    {
        string whole = Queries.Rows(text, Documents);
        for (int rows = 1; rows < 8; rows++)
        {
            Assert.That(InPages(Queries.Bound(text), rows), Is.EqualTo(whole), $"{rows} rows a page");
        }
    }

    [Test]
    public void Add_SkippedRows_AreLeftOutAndNotCounted()
    {
        BoundQuery query = Queries.Bound("SELECT VALUE t FROM c JOIN t IN c.t OFFSET 1 LIMIT 3");
        QueryPipeline pipeline = Pipeline(query, new QueryWindow { Passed = 2 });
        List<string> rows = [];

        Assert.That(pipeline.Add(Encoding.UTF8.GetBytes(Documents[0]), "a"u8.ToArray(), skip: 2).IsOk, Is.True);
        Queries.Take(pipeline, rows);
        Assert.That(pipeline.Passed, Is.EqualTo(3));
        Assert.That(pipeline.IsLimitReached, Is.False);
        pipeline.Add(Encoding.UTF8.GetBytes(Documents[1]), "b"u8.ToArray(), skip: 0);
        Queries.Take(pipeline, rows);

        Assert.That(rows, Is.EqualTo(new[] { "3", "\"b\"" }));
        Assert.That(pipeline.IsLimitReached, Is.True);
    }

    [Test]
    public void Add_MaxRowsWithinOneItem_EndsTheRunThere()
    {
        QueryPipeline pipeline = Pipeline(Queries.Bound("SELECT VALUE t FROM c JOIN t IN c.t"), new QueryWindow { MaxRows = 2 });
        List<string> rows = [];

        pipeline.Add(Encoding.UTF8.GetBytes(Documents[0]), "a"u8.ToArray(), skip: 0);
        Queries.Take(pipeline, rows);

        Assert.That(rows, Is.EqualTo(new[] { "1", "2" }));
        Assert.That(pipeline.IsDone && !pipeline.IsLimitReached, Is.True);
    }

    [Test]
    public void Read_AnythingButAPosition_IsNull()
    {
        var output = new ArrayBufferWriter<byte>();
        new SortPosition([QueryValue.FromNumber(1), QueryValue.FromString("x"), QueryValue.Undefined], "key"u8.ToArray(), 3).Write(output);
        byte[] bytes = output.WrittenSpan.ToArray();

        SortPosition read = SortPosition.Read(bytes)!;

        Assert.That((read.Row, Encoding.UTF8.GetString(read.ItemKey.Span)), Is.EqualTo((3L, "key")));
        Assert.That(read.Keys, Is.EqualTo(new[] { QueryValue.FromNumber(1), QueryValue.FromString("x"), QueryValue.Undefined }));
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.That(SortPosition.Read(bytes.AsMemory(0, length)), Is.Null, $"{length} bytes of it");
        }

        Assert.That(SortPosition.Read(new byte[bytes.Length + 1]), Is.Null);
    }

    private static string InPages(BoundQuery query, int rowsOfAPage)
    {
        List<string> rows = [];
        var window = new QueryWindow { MaxRows = rowsOfAPage };
        while (true)
        {
            QueryPipeline pipeline = Pipeline(query, window);
            for (int i = 0; i < Documents.Length && !pipeline.IsDone; i++)
            {
                Result<Unit> added = pipeline.Add(Encoding.UTF8.GetBytes(Documents[i]), new byte[] { (byte)i }, skip: 0);
                Assert.That(added.IsOk, Is.True);
            }

            Assert.That(pipeline.Finish().IsOk, Is.True);
            int before = rows.Count;
            Queries.Take(pipeline, rows);
            if (rows.Count == before)
            {
                return $"[{string.Join(",", rows)}]";
            }

            var token = new ArrayBufferWriter<byte>();
            pipeline.Position!.Write(token);
            window = window with { Passed = pipeline.Passed, After = SortPosition.Read(token.WrittenSpan.ToArray()) };
        }
    }

    private static QueryPipeline Pipeline(BoundQuery query, QueryWindow window) =>
        new(query, QueryLimits.Default, Queries.Now, new SeededRandom(1), NoUserFunctions.Instance, default, window);
}
