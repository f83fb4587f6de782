using Nacre.Query.Evaluation.Nodes;

namespace Nacre.Query.Evaluation.Rows;

/// <summary>One key of ORDER BY.</summary>
/// <param name="Node">Evaluated for each row.</param>
/// <param name="IsDescending">DESC.</param>
internal sealed record OrderKey(EvaluationNode Node, bool IsDescending);
