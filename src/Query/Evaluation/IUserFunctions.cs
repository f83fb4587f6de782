using Nacre.Core.Errors;
using Nacre.Query.Functions;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation;

/// <summary>The functions that users wrote: what <c>udf.name(…)</c> calls.</summary>
/// <remarks>One query calls from one thread at a time.</remarks>
public interface IUserFunctions
{
    /// <summary>Whether there is a function of this name; names are case-sensitive.</summary>
    bool Contains(string name);

    /// <summary>Calls a function.</summary>
    /// <param name="name">One that <see cref="Contains"/> knows.</param>
    /// <param name="arguments">Borrowed for the call; some may be undefined.</param>
    /// <param name="context">The query's; the call may charge steps to it.</param>
    /// <returns>The result, or the refusal that ends the query.</returns>
    Result<QueryValue> Invoke(string name, ReadOnlySpan<QueryValue> arguments, FunctionContext context);
}
