using Nacre.Client.Linq;

namespace Nacre.Client;

public sealed partial class Container
{
    /// <summary>
    /// Begins a query in C#: the operators of <see cref="Queryable"/> make it, and those of <see cref="NacreQueryable"/> run it. It is
    /// translated to the language of <see cref="Query{T}(string, QueryOptions?)"/>, values as parameters; <c>docs/linq.md</c> says how.
    /// </summary>
    /// <typeparam name="T">What the items are read as. Its names in JSON, and which members may be null, are the serializer's.</typeparam>
    /// <param name="options">Partition key, pages, consistency; without parameters. Null: the whole container, by hundreds.</param>
    /// <returns>All items. It is only enumerated asynchronously: <c>foreach</c> throws <see cref="NotSupportedException"/>.</returns>
    public IQueryable<T> AsQueryable<T>(QueryOptions? options = null)
    {
        QueryOptions chosen = (options ?? new QueryOptions()).Validated();
        return chosen.Parameters is null
            ? new LinqQueryable<T>(new LinqProvider(this, chosen, _serializer.Names))
            : throw new ArgumentException("The parameters of a query in C# are the values that its lambdas capture.", nameof(options));
    }
}
