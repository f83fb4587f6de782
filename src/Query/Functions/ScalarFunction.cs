using Nacre.Core;
using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>One function of the language.</summary>
/// <remarks>Thread-safe: it never changes.</remarks>
public sealed class ScalarFunction
{
    private readonly ScalarInvoke _invoke;

    internal ScalarFunction(
        string name, FunctionFamily family, int minArguments, int maxArguments, string description, ScalarInvoke invoke)
    {
        Invariant.Check(minArguments >= 0);
        Invariant.Check(maxArguments >= minArguments);
        Name = name.ToUpperInvariant();
        Family = family;
        MinArguments = minArguments;
        MaxArguments = maxArguments;
        Description = description;
        _invoke = invoke;
    }

    /// <summary>The name in upper case; queries may write it in any.</summary>
    public string Name { get; }

    /// <summary>The chapter of the table it stands in.</summary>
    public FunctionFamily Family { get; }

    /// <summary>The fewest arguments.</summary>
    public int MinArguments { get; }

    /// <summary>The most arguments; <see cref="int.MaxValue"/> when there is no bound.</summary>
    public int MaxArguments { get; }

    /// <summary>One line for a person.</summary>
    public string Description { get; }

    /// <summary>
    /// Whether the answer depends on the arguments alone, so that a call with constants can be made once and for all; not
    /// so when it depends on chance or on the query's instant.
    /// </summary>
    public bool IsPure { get; init; } = true;

    /// <summary>
    /// Whether an undefined argument may have a defined answer. The other functions answer Undefined without being called.
    /// </summary>
    public bool AcceptsUndefined { get; init; }

    /// <summary>Calls the function.</summary>
    /// <param name="arguments">Between <see cref="MinArguments"/> and <see cref="MaxArguments"/>.</param>
    /// <param name="context">The query's.</param>
    /// <returns>The result, Undefined where there is none.</returns>
    /// <exception cref="FunctionLimitException">A limit of the query is reached.</exception>
    /// <exception cref="OperationCanceledException">The query was cancelled.</exception>
    public QueryValue Invoke(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        Invariant.Check(arguments.Length >= MinArguments);
        Invariant.Check(arguments.Length <= MaxArguments);
        context.Charge(1);
        if (!AcceptsUndefined)
        {
            foreach (ref readonly QueryValue argument in arguments)
            {
                if (!argument.IsDefined)
                {
                    return QueryValue.Undefined;
                }
            }
        }

        return _invoke(arguments, context);
    }
}
