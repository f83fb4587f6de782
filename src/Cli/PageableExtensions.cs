using Nacre.Client;

namespace Nacre.Cli;

/// <summary>Reading a list to its end.</summary>
internal static class PageableExtensions
{
    /// <summary>Gathers all values of a list that is small enough to be shown at once.</summary>
    public static async Task<List<T>> ReadAllAsync<T>(this Pageable<T> list, CancellationToken cancellationToken)
    {
        List<T> all = [];
        await foreach (T value in list.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            all.Add(value);
        }

        return all;
    }
}
