using System.Collections;
using System.Linq.Expressions;

namespace Nacre.Client.Linq;

/// <summary>A query that grows by operators. It is sent only once it is asked for rows.</summary>
/// <remarks>Thread-safe: immutable.</remarks>
internal sealed class LinqQueryable<T> : IOrderedQueryable<T>
{
    private readonly LinqProvider _provider;

    /// <summary>All items of the container.</summary>
    public LinqQueryable(LinqProvider provider)
    {
        _provider = provider;
        Expression = Expression.Constant(this, typeof(IQueryable<T>));
    }

    public LinqQueryable(LinqProvider provider, Expression expression)
    {
        _provider = provider;
        Expression = expression;
    }

    public Type ElementType => typeof(T);

    public Expression Expression { get; }

    public IQueryProvider Provider => _provider;

    public IEnumerator<T> GetEnumerator() => throw new NotSupportedException(LinqProvider.Synchronous);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The text, or why there is none; debuggers and logs must not fail here.</summary>
    public override string ToString()
    {
        try
        {
            return this.ToQueryText();
        }
        catch (NacreException e)
        {
            return e.Message;
        }
    }
}
