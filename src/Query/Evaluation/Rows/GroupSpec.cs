using Nacre.Query.Evaluation.Aggregates;
using Nacre.Query.Evaluation.Nodes;

namespace Nacre.Query.Evaluation.Rows;

/// <summary>How a query groups.</summary>
/// <param name="Keys">Evaluated for each row; none when there are only aggregates.</param>
/// <param name="KeySlots">As many: where a group's keys go.</param>
/// <param name="Aggregates">May be none.</param>
internal sealed record GroupSpec(
    IReadOnlyList<EvaluationNode> Keys, IReadOnlyList<int> KeySlots, IReadOnlyList<AggregateSpec> Aggregates);
