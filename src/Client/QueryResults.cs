using System.Runtime.CompilerServices;

namespace Nacre.Client;

/// <summary>
/// A query's rows, fetched page by page while they are enumerated. Each enumeration runs the query anew; each page sees the
/// items as of the moment it was fetched, and a row whose item does not change comes exactly once.
/// </summary>
/// <typeparam name="T">What a row is.</typeparam>
/// <remarks>
/// Thread-safe; an enumerator is for one caller. Enumerating throws <see cref="NacreException"/>, with
/// <see cref="NacreErrorCode.QuerySyntax"/> and <see cref="NacreErrorCode.QuerySemantic"/> naming line and column in the text.
/// </remarks>
public sealed class QueryResults<T> : IAsyncEnumerable<T>
{
    private readonly Func<string?, CancellationToken, Task<QueryPage<T>>> _fetch;
    private readonly string? _continuation;

    internal QueryResults(string? continuation, Func<string?, CancellationToken, Task<QueryPage<T>>> fetch)
    {
        _continuation = continuation;
        _fetch = fetch;
    }

    /// <summary>The pages, each with what it cost and with the token at which a later query can go on.</summary>
    /// <param name="cancellationToken">Stops the enumeration.</param>
    public async IAsyncEnumerable<QueryPage<T>> AsPages([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? continuation = _continuation;
        do
        {
            QueryPage<T> page = await _fetch(continuation, cancellationToken).ConfigureAwait(false);
            yield return page;
            continuation = page.Continuation;
        }
        while (continuation is not null);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        await foreach (QueryPage<T> page in AsPages(cancellationToken).ConfigureAwait(false))
        {
            foreach (T value in page.Values)
            {
                yield return value;
            }
        }
    }
}
