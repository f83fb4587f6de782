using Nacre.Core.Errors;
using Nacre.Query.Functions;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation;

/// <summary>Where there are none.</summary>
public sealed class NoUserFunctions : IUserFunctions
{
    private NoUserFunctions()
    {
    }

    /// <summary>The one instance.</summary>
    public static NoUserFunctions Instance { get; } = new();

    /// <inheritdoc/>
    public bool Contains(string name) => false;

    /// <inheritdoc/>
    public Result<QueryValue> Invoke(string name, ReadOnlySpan<QueryValue> arguments, FunctionContext context) =>
        new NacreError(ErrorCode.QuerySemantic, $"There is no user-defined function {name}.");
}
