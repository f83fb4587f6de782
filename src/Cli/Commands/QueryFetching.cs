using Nacre.Cli.Output;
using Nacre.Client;

namespace Nacre.Cli.Commands;

/// <summary>Fetches a query's rows.</summary>
internal static class QueryFetching
{
    /// <summary>Fetches pages until there are enough rows, or there are no more.</summary>
    /// <param name="container">What is queried.</param>
    /// <param name="sql">The query.</param>
    /// <param name="options">Where it begins, and rows of a page at most.</param>
    /// <param name="least">Enough rows.</param>
    /// <param name="most">Rows that are asked for at most; a query that has one page gives all of it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<QueryOutcome> RowsAsync(
        Container container, string sql, QueryOptions options, int least, int most, CancellationToken cancellationToken)
    {
        List<QueryRow> rows = [];
        var outcome = new QueryOutcome(rows, options.Continuation, 0, 0, 0, 0);
        do
        {
            // A page of at most what is missing, so that its continuation is where this query stops.
            QueryOptions next = options with { Continuation = outcome.Continuation, PageSize = Math.Min(options.PageSize, most - rows.Count) };
            await foreach (QueryPage<ReadOnlyMemory<byte>> page in container.QueryJson(sql, next).AsPages(cancellationToken).ConfigureAwait(false))
            {
                rows.AddRange(page.Values.Select(QueryRow.Of));
                outcome = outcome with
                {
                    Continuation = page.Continuation,
                    RequestCharge = Math.Round(outcome.RequestCharge + page.RequestCharge, 2),
                    ItemsLookedAt = outcome.ItemsLookedAt + page.ItemsLookedAt,
                    BytesRead = outcome.BytesRead + page.BytesRead,
                    Pages = outcome.Pages + 1,
                    Plan = outcome.Plan ?? page.Plan?.Split('\n'),
                };
                break;
            }
        }
        while (outcome.Continuation is not null && rows.Count < least);

        return outcome;
    }
}
