using System.Linq.Expressions;
using System.Numerics;

namespace Nacre.Client.Linq;

public static partial class NacreQueryable
{
    /// <summary>How many rows there are.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static Task<int> CountAsync<T>(this IQueryable<T> query, CancellationToken cancellationToken = default) => CountAsync(query, null!, cancellationToken);

    /// <summary>For how many rows a condition holds.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="predicate">The condition.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static async Task<int> CountAsync<T>(this IQueryable<T> query, Expression<Func<T, bool>> predicate, CancellationToken cancellationToken = default) =>
        checked((int)await LongCountAsync(query, predicate, cancellationToken).ConfigureAwait(false));

    /// <summary>How many rows there are.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static Task<long> LongCountAsync<T>(this IQueryable<T> query, CancellationToken cancellationToken = default) =>
        LongCountAsync(query, null!, cancellationToken);

    /// <summary>For how many rows a condition holds.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="predicate">The condition.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static async Task<long> LongCountAsync<T>(this IQueryable<T> query, Expression<Func<T, bool>> predicate, CancellationToken cancellationToken = default) =>
        (await AggregateAsync<long>(query, "COUNT", predicate, null, cancellationToken).ConfigureAwait(false)).Value;

    /// <summary>The sum of the rows; 0 without any.</summary>
    /// <typeparam name="T">A number.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">A value is no number.</exception>
    public static Task<T> SumAsync<T>(this IQueryable<T> query, CancellationToken cancellationToken = default)
        where T : struct, INumber<T> => RequiredAsync<T>(query, "SUM", null, cancellationToken);

    /// <summary>The sum of the rows that are not null; 0 without any.</summary>
    /// <typeparam name="T">A number.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">A value is no number.</exception>
    public static Task<T> SumAsync<T>(this IQueryable<T?> query, CancellationToken cancellationToken = default)
        where T : struct, INumber<T> => RequiredAsync<T>(query, "SUM", null, cancellationToken);

    /// <summary>The sum of a value of the rows; 0 without any.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <typeparam name="TResult">A number.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="selector">The value.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">A value is no number.</exception>
    public static Task<TResult> SumAsync<T, TResult>(this IQueryable<T> query, Expression<Func<T, TResult>> selector, CancellationToken cancellationToken = default)
        where TResult : struct, INumber<TResult> => RequiredAsync<TResult>(query, "SUM", selector, cancellationToken);

    /// <summary>The sum of a value of the rows where it is not null; 0 without any.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <typeparam name="TResult">A number.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="selector">The value.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">A value is no number.</exception>
    public static Task<TResult> SumAsync<T, TResult>(this IQueryable<T> query, Expression<Func<T, TResult?>> selector, CancellationToken cancellationToken = default)
        where TResult : struct, INumber<TResult> => RequiredAsync<TResult>(query, "SUM", selector, cancellationToken);

    /// <summary>The mean of the rows.</summary>
    /// <typeparam name="T">A number.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">There is no row, or a value is no number.</exception>
    public static Task<double> AverageAsync<T>(this IQueryable<T> query, CancellationToken cancellationToken = default)
        where T : struct, INumber<T> => RequiredAsync<double>(query, "AVG", null, cancellationToken);

    /// <summary>The mean of the rows that are not null; null without any.</summary>
    /// <typeparam name="T">A number.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static Task<double?> AverageAsync<T>(this IQueryable<T?> query, CancellationToken cancellationToken = default)
        where T : struct, INumber<T> => OptionalAsync<double?>(query, "AVG", null, cancellationToken);

    /// <summary>The mean of a value of the rows.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <typeparam name="TResult">A number.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="selector">The value.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">There is no row, or a value is no number.</exception>
    public static Task<double> AverageAsync<T, TResult>(this IQueryable<T> query, Expression<Func<T, TResult>> selector, CancellationToken cancellationToken = default)
        where TResult : struct, INumber<TResult> => RequiredAsync<double>(query, "AVG", selector, cancellationToken);

    /// <summary>The mean of a value of the rows where it is not null; null without any.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <typeparam name="TResult">A number.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="selector">The value.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static Task<double?> AverageAsync<T, TResult>(this IQueryable<T> query, Expression<Func<T, TResult?>> selector, CancellationToken cancellationToken = default)
        where TResult : struct, INumber<TResult> => OptionalAsync<double?>(query, "AVG", selector, cancellationToken);

    /// <summary>The smallest row, in the order of the query language; nulls are left out.</summary>
    /// <typeparam name="T">A number, string, boolean or date.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">There is no value, and the type knows no null.</exception>
    public static Task<T> MinAsync<T>(this IQueryable<T> query, CancellationToken cancellationToken = default) => ExtremeAsync<T>(query, "MIN", null, cancellationToken);

    /// <summary>The smallest value of the rows, in the order of the query language; nulls are left out.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <typeparam name="TResult">A number, string, boolean or date.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="selector">The value.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">There is no value, and the type knows no null.</exception>
    public static Task<TResult> MinAsync<T, TResult>(this IQueryable<T> query, Expression<Func<T, TResult>> selector, CancellationToken cancellationToken = default) =>
        ExtremeAsync<TResult>(query, "MIN", selector, cancellationToken);

    /// <summary>The greatest row, in the order of the query language; nulls are left out.</summary>
    /// <typeparam name="T">A number, string, boolean or date.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">There is no value, and the type knows no null.</exception>
    public static Task<T> MaxAsync<T>(this IQueryable<T> query, CancellationToken cancellationToken = default) => ExtremeAsync<T>(query, "MAX", null, cancellationToken);

    /// <summary>The greatest value of the rows, in the order of the query language; nulls are left out.</summary>
    /// <typeparam name="T">What a row is.</typeparam>
    /// <typeparam name="TResult">A number, string, boolean or date.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="selector">The value.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="InvalidOperationException">There is no value, and the type knows no null.</exception>
    public static Task<TResult> MaxAsync<T, TResult>(this IQueryable<T> query, Expression<Func<T, TResult>> selector, CancellationToken cancellationToken = default) =>
        ExtremeAsync<TResult>(query, "MAX", selector, cancellationToken);

    private static async Task<T> RequiredAsync<T>(IQueryable query, string aggregate, LambdaExpression? selector, CancellationToken cancellationToken) =>
        await AggregateAsync<T>(query, aggregate, null, selector, cancellationToken).ConfigureAwait(false) is { IsThere: true } answer
            ? answer.Value
            : throw new InvalidOperationException($"The query has no {aggregate}: no row has a value, or a value is none that it is defined for.");

    private static async Task<T?> OptionalAsync<T>(IQueryable query, string aggregate, LambdaExpression? selector, CancellationToken cancellationToken) =>
        (await AggregateAsync<T>(query, aggregate, null, selector, cancellationToken).ConfigureAwait(false)).Value;

    private static Task<T> ExtremeAsync<T>(IQueryable query, string aggregate, LambdaExpression? selector, CancellationToken cancellationToken) =>
        default(T) is null
            ? OptionalAsync<T>(query, aggregate, selector, cancellationToken)!
            : RequiredAsync<T>(query, aggregate, selector, cancellationToken);

    /// <summary>An aggregate of all rows; its one row is not there where it is undefined.</summary>
    private static async Task<(bool IsThere, T Value)> AggregateAsync<T>(
        IQueryable query, string aggregate, LambdaExpression? predicate, LambdaExpression? selector, CancellationToken cancellationToken)
    {
        (QueryTranslator translator, RowSet rows) = Read(query, predicate);
        QueryText text = translator.FinishAggregate(rows, aggregate, selector, query.Expression);
        List<T> answer = await FirstRowsAsync(LinqProvider.Of(query).Run<T>(text), 1, cancellationToken).ConfigureAwait(false);
        return answer is [var value] ? (true, value) : (false, default!);
    }
}
