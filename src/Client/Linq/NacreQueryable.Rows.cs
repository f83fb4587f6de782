using System.Linq.Expressions;

namespace Nacre.Client.Linq;

public static partial class NacreQueryable
{
    private const string NoRow = "The query has no row.";

    /// <summary>The first row.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static Task<T> FirstAsync<T>(this IQueryable<T> query, CancellationToken cancellationToken = default) => FirstAsync(query, null!, cancellationToken);

    /// <summary>The first row for which a condition holds.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="predicate">The condition.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static async Task<T> FirstAsync<T>(this IQueryable<T> query, Expression<Func<T, bool>> predicate, CancellationToken cancellationToken = default) =>
        await RowsAsync(query, predicate, 1, cancellationToken).ConfigureAwait(false) is [T first] ? first : throw new InvalidOperationException(NoRow);

    /// <summary>The first row, or the type's default without one.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static Task<T?> FirstOrDefaultAsync<T>(this IQueryable<T> query, CancellationToken cancellationToken = default) =>
        FirstOrDefaultAsync(query, null!, cancellationToken);

    /// <summary>The first row for which a condition holds, or the type's default without one.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="predicate">The condition.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static async Task<T?> FirstOrDefaultAsync<T>(
        this IQueryable<T> query, Expression<Func<T, bool>> predicate, CancellationToken cancellationToken = default) =>
        (await RowsAsync(query, predicate, 1, cancellationToken).ConfigureAwait(false)).FirstOrDefault();

    /// <summary>The only row.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">There is none, or more than one.</exception>
    public static Task<T> SingleAsync<T>(this IQueryable<T> query, CancellationToken cancellationToken = default) => SingleAsync(query, null!, cancellationToken);

    /// <summary>The only row for which a condition holds.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="predicate">The condition.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">There is none, or more than one.</exception>
    public static async Task<T> SingleAsync<T>(this IQueryable<T> query, Expression<Func<T, bool>> predicate, CancellationToken cancellationToken = default)
    {
        List<T> rows = await RowsAsync(query, predicate, 2, cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? throw new InvalidOperationException(NoRow) : OnlyOf(rows)!;
    }

    /// <summary>The only row, or the type's default without one.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">There is more than one.</exception>
    public static Task<T?> SingleOrDefaultAsync<T>(this IQueryable<T> query, CancellationToken cancellationToken = default) =>
        SingleOrDefaultAsync(query, null!, cancellationToken);

    /// <summary>The only row for which a condition holds, or the type's default without one.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="predicate">The condition.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">There is more than one.</exception>
    public static async Task<T?> SingleOrDefaultAsync<T>(
        this IQueryable<T> query, Expression<Func<T, bool>> predicate, CancellationToken cancellationToken = default) =>
        OnlyOf(await RowsAsync(query, predicate, 2, cancellationToken).ConfigureAwait(false));

    /// <summary>Whether there is a row.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static Task<bool> AnyAsync<T>(this IQueryable<T> query, CancellationToken cancellationToken = default) => AnyAsync(query, null!, cancellationToken);

    /// <summary>Whether a condition holds for a row.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="predicate">The condition.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static async Task<bool> AnyAsync<T>(this IQueryable<T> query, Expression<Func<T, bool>> predicate, CancellationToken cancellationToken = default)
    {
        (QueryTranslator translator, RowSet rows) = Read(query, predicate);
        return await IsThereAsync(query, translator, rows, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a condition holds for all rows; true without any.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="predicate">The condition.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static async Task<bool> AllAsync<T>(this IQueryable<T> query, Expression<Func<T, bool>> predicate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        (QueryTranslator translator, RowSet rows) = Read(query, Expression.Lambda<Func<T, bool>>(Expression.Not(predicate.Body), predicate.Parameters));
        return !await IsThereAsync(query, translator, rows, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> IsThereAsync(IQueryable query, QueryTranslator translator, RowSet rows, CancellationToken cancellationToken)
    {
        rows.Take(1);
        rows.Order.Clear();
        QueryText text = rows.IsGrouped || rows.IsDistinct ? translator.Finish(rows) : translator.Finish(rows, "1");
        QueryResults<System.Text.Json.JsonElement> results = LinqProvider.Of(query).Run<System.Text.Json.JsonElement>(text);
        return (await FirstRowsAsync(results, 1, cancellationToken).ConfigureAwait(false)).Count > 0;
    }

    private static Task<List<T>> RowsAsync<T>(IQueryable<T> query, Expression<Func<T, bool>>? predicate, int count, CancellationToken cancellationToken)
    {
        (QueryTranslator translator, RowSet rows) = Read(query, predicate);
        rows.Take(count);
        return FirstRowsAsync(LinqProvider.Of(query).Run<T>(translator.Finish(rows)), count, cancellationToken);
    }

    private static T? OnlyOf<T>(List<T> rows) => rows.Count > 1
        ? throw new InvalidOperationException("The query has more than one row.")
        : rows.FirstOrDefault();
}
