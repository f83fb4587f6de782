using System.Text.Json.Serialization;

namespace Nacre.Cli.Output;

/// <summary>What a query gave, and what it cost.</summary>
/// <param name="Rows">In the query's order.</param>
/// <param name="Continuation">Where the next rows begin; null at the end.</param>
/// <param name="RequestCharge">Of all pages that were fetched.</param>
/// <param name="ItemsLookedAt">Of all pages that were fetched.</param>
/// <param name="BytesRead">Of those items.</param>
/// <param name="Pages">How many were fetched.</param>
/// <param name="Plan">How the rows were found, a line for each step; only where it was asked for.</param>
internal sealed record QueryOutcome(
    IReadOnlyList<QueryRow> Rows,
    string? Continuation,
    double RequestCharge,
    long ItemsLookedAt,
    long BytesRead,
    int Pages,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Plan = null);
