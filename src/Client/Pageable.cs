using System.Runtime.CompilerServices;

namespace Nacre.Client;

/// <summary>
/// A list that is fetched page by page while it is enumerated. Each enumeration begins anew and sees each page as of
/// the moment it was fetched.
/// </summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <remarks>Thread-safe; an enumerator is for one caller. Enumerating throws <see cref="NacreException"/>.</remarks>
public sealed class Pageable<T> : IAsyncEnumerable<T>
{
    private readonly Func<string?, CancellationToken, Task<Page<T>>> _fetch;
    private readonly string? _continuation;

    internal Pageable(string? continuation, Func<string?, CancellationToken, Task<Page<T>>> fetch)
    {
        _continuation = continuation;
        _fetch = fetch;
    }

    /// <summary>The pages, each with the token at which a later list can go on.</summary>
    /// <param name="cancellationToken">Stops the enumeration.</param>
    public async IAsyncEnumerable<Page<T>> AsPages([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? continuation = _continuation;
        do
        {
            Page<T> page = await _fetch(continuation, cancellationToken).ConfigureAwait(false);
            yield return page;
            continuation = page.Continuation;
        }
        while (continuation is not null);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        await foreach (Page<T> page in AsPages(cancellationToken).ConfigureAwait(false))
        {
            foreach (T value in page.Values)
            {
                yield return value;
            }
        }
    }
}
