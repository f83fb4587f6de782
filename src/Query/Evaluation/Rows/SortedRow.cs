using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Rows;

/// <summary>A row with what it is sorted by.</summary>
/// <param name="Keys">One for each key of ORDER BY.</param>
/// <param name="Row">What is answered.</param>
/// <param name="Sequence">The place at which it came; decides between equal keys.</param>
internal readonly record struct SortedRow(QueryValue[] Keys, QueryValue Row, long Sequence);
