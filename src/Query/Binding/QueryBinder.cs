using Nacre.Core.Errors;
using Nacre.Query.Evaluation;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Binding;

/// <summary>Resolves a query's names, functions and parameters.</summary>
/// <remarks>Thread-safe.</remarks>
public static class QueryBinder
{
    /// <summary>The most inputs of one FROM.</summary>
    public const int MaxSources = 64;

    /// <summary>Binds a query.</summary>
    /// <param name="query">What the parser read.</param>
    /// <param name="parameters">Values by name, with the @. One that the query does not use does no harm.</param>
    /// <param name="userFunctions">The functions that it may call as <c>udf.name</c>.</param>
    /// <returns>The bound query. Errors: QuerySemantic with the place; QueryLimit for too many JOINs.</returns>
    public static Result<BoundQuery> Bind(
        SelectQuery query, IReadOnlyDictionary<string, QueryValue> parameters, IUserFunctions userFunctions)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(userFunctions);
        try
        {
            return new BinderRun(parameters, userFunctions).Bind(query);
        }
        catch (QueryRefusedException refused)
        {
            return refused.Error;
        }
    }
}
