using Nacre.Query.Evaluation;

namespace Nacre.Server.Queries;

/// <summary>What one page of a query may take of the node.</summary>
internal sealed record QueryServing
{
    /// <summary>What the query may use up for a page.</summary>
    public QueryLimits Limits { get; init; } = QueryLimits.Default;

    /// <summary>Items looked at before a page ends that can end: a filter that lets few through gives short pages, not long waits. Default 100,000.</summary>
    public int MostLookedAt { get; init; } = 100_000;

    /// <summary>Time after which a page ends that can end. Default 1 s.</summary>
    public TimeSpan PageTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a query works while others wait for their turn. Default 10 ms.</summary>
    public TimeSpan TurnTime { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Queries that work at the same time. Default: the processors but one, so that other requests always have one.</summary>
    public int AtOnce { get; init; } = Math.Max(1, Environment.ProcessorCount - 1);
}
