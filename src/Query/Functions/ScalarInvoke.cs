using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>What a scalar function does.</summary>
/// <param name="arguments">As many as the function allows; borrowed for the call.</param>
/// <param name="context">The query's; the call may charge steps to it.</param>
/// <returns>The result; it may be a slice of an argument. Undefined where the function has none.</returns>
public delegate QueryValue ScalarInvoke(ReadOnlySpan<QueryValue> arguments, FunctionContext context);
