using Nacre.Query.Functions;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation;

/// <summary>Where the nodes of a query find their values while it runs: one slot for each path, alias, key and aggregate.</summary>
/// <remarks>Not thread-safe: one for each run.</remarks>
internal sealed class EvaluationFrame(int slots, FunctionContext context, IUserFunctions userFunctions, HeldBytes held)
{
    /// <summary>The values of the row that is looked at.</summary>
    public QueryValue[] Slots { get; } = new QueryValue[slots];

    /// <summary>How many items the one that is looked at stands for.</summary>
    public long Times { get; set; } = 1;

    /// <summary>Time, chance, steps and cancellation.</summary>
    public FunctionContext Context { get; } = context;

    /// <summary>The functions of users.</summary>
    public IUserFunctions UserFunctions { get; } = userFunctions;

    /// <summary>What the run holds.</summary>
    public HeldBytes Held { get; } = held;
}
