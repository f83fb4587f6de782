using System.Linq.Expressions;

namespace Nacre.Client.Linq;

/// <summary>
/// What ends a query that <see cref="Container.AsQueryable{T}"/> began: its text, its rows, or one answer. The operators in between
/// are those of <see cref="Queryable"/>; <c>docs/linq.md</c> lists what they become.
/// </summary>
/// <remarks>
/// Thread-safe. All throw <see cref="ArgumentException"/> for a query of another source, and <see cref="NacreException"/> with
/// <see cref="NacreErrorCode.QueryNotTranslatable"/>, which names the expression that the query language has no form for; nothing is
/// computed from items by the client.
/// </remarks>
public static partial class NacreQueryable
{
    /// <summary>The query in the language of <c>docs/query.md</c>. It holds no values: these are parameters @p0, @p1, …</summary>
    /// <param name="query">The query.</param>
    public static string ToQueryText(this IQueryable query) => Translate(query).Text;

    /// <summary>The values of the text's parameters.</summary>
    /// <param name="query">The query.</param>
    /// <returns>As <see cref="QueryOptions.Parameters"/> takes them.</returns>
    public static QueryParameters ToQueryParameters(this IQueryable query) => Translate(query).Parameters;

    /// <summary>Runs the query.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <returns>Fetched page by page while it is enumerated; also by <see cref="QueryResults{T}.AsPages"/>.</returns>
    public static QueryResults<T> AsAsyncEnumerable<T>(this IQueryable<T> query) => LinqProvider.Of(query).Run<T>(Translate(query));

    /// <summary>Runs the query page by page.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the enumeration.</param>
    /// <returns>Pages, each with what it cost and where a later query can go on.</returns>
    public static IAsyncEnumerable<QueryPage<T>> AsPages<T>(this IQueryable<T> query, CancellationToken cancellationToken = default) =>
        query.AsAsyncEnumerable().AsPages(cancellationToken);

    /// <summary>Reads all rows.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static async Task<List<T>> ToListAsync<T>(this IQueryable<T> query, CancellationToken cancellationToken = default)
    {
        List<T> rows = [];
        await foreach (T row in query.AsAsyncEnumerable().WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>Reads all rows.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static async Task<T[]> ToArrayAsync<T>(this IQueryable<T> query, CancellationToken cancellationToken = default) =>
        [.. await query.ToListAsync(cancellationToken).ConfigureAwait(false)];

    private static QueryText Translate(IQueryable query)
    {
        (QueryTranslator translator, RowSet rows) = Read(query);
        return translator.Finish(rows);
    }

    private static (QueryTranslator Translator, RowSet Rows) Read(IQueryable query, LambdaExpression? predicate = null)
    {
        var translator = new QueryTranslator(LinqProvider.Of(query).Names);
        RowSet rows = translator.Read(query.Expression);
        if (predicate is not null)
        {
            translator.Filter(rows, predicate);
        }

        return (translator, rows);
    }

    /// <summary>The first rows; never more than are asked for.</summary>
    private static async Task<List<T>> FirstRowsAsync<T>(QueryResults<T> results, int count, CancellationToken cancellationToken)
    {
        List<T> rows = [];
        await foreach (T row in results.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(row);
            if (rows.Count == count)
            {
                break;
            }
        }

        return rows;
    }
}
