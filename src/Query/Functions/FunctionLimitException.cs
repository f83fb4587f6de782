namespace Nacre.Query.Functions;

/// <summary>
/// Ends a query at a limit. It never leaves this project: whoever runs a query turns it into a refusal that says which
/// limit it was.
/// </summary>
/// <param name="limit">The limit.</param>
/// <param name="allowed">Its value: steps or bytes.</param>
internal sealed class FunctionLimitException(FunctionLimit limit, long allowed) : Exception(limit switch
{
    FunctionLimit.Steps => $"The query takes more than the {allowed} steps that are allowed.",
    FunctionLimit.ItemSteps => $"The query takes more than the {allowed} steps that are allowed for one item. Join less within the item.",
    _ => $"The query builds a value of more than the {allowed} bytes that are allowed.",
})
{
    /// <summary>The limit.</summary>
    public FunctionLimit Limit { get; } = limit;

    /// <summary>Its value: steps or bytes.</summary>
    public long Allowed { get; } = allowed;
}
