using Nacre.Query.Evaluation.Nodes;

namespace Nacre.Query.Evaluation.Aggregates;

/// <summary>One aggregate of a query.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Argument">Evaluated for each row.</param>
/// <param name="Slot">Where the answer goes.</param>
internal sealed record AggregateSpec(AggregateKind Kind, EvaluationNode Argument, int Slot);
