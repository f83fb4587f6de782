using System.Linq.Expressions;
using System.Text.Json.Serialization.Metadata;

namespace Nacre.Client.Linq;

/// <summary>Gathers the operators of queries over one container.</summary>
/// <param name="container">Where they run.</param>
/// <param name="options">With what they run; no parameters.</param>
/// <param name="names">How types are in JSON.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class LinqProvider(Container container, QueryOptions options, JsonNames names) : IQueryProvider
{
    public const string Synchronous =
        "A query goes over the network and is not enumerated or executed synchronously. Use await foreach over AsAsyncEnumerable(), " +
        "ToListAsync, FirstAsync, CountAsync and the like of Nacre.Client.Linq.NacreQueryable.";

    public JsonNames Names { get; } = names;

    /// <summary>The provider of a query.</summary>
    /// <exception cref="ArgumentException">It is another's query.</exception>
    public static LinqProvider Of(IQueryable query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return query.Provider as LinqProvider
            ?? throw new ArgumentException("This is no query of Container.AsQueryable, but of another source of data.", nameof(query));
    }

    public IQueryable<TElement> CreateQuery<TElement>(Expression expression) => new LinqQueryable<TElement>(this, expression);

    public IQueryable CreateQuery(Expression expression) =>
        throw new NotSupportedException("Queries are made with their type: use the operators of System.Linq.Queryable.");

    public object Execute(Expression expression) => throw new NotSupportedException(Synchronous);

    public TResult Execute<TResult>(Expression expression) => throw new NotSupportedException(Synchronous);

    /// <summary>Runs a translated query.</summary>
    public QueryResults<T> Run<T>(QueryText query) =>
        container.Query(query.Text, (JsonTypeInfo<T>)Names.ContractOf(typeof(T)), options with { Parameters = query.Parameters });
}
