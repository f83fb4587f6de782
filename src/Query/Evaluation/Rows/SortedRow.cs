using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Rows;

/// <summary>A row with what it is sorted by.</summary>
/// <param name="Keys">One for each key of ORDER BY.</param>
/// <param name="Row">What is answered.</param>
/// <param name="Sequence">The place at which it came; decides between equal keys.</param>
/// <param name="ItemKey">The key of the item that it was made from; empty where whoever feeds the query gave none.</param>
/// <param name="RowOfItem">Which of the item's rows it is, from 1.</param>
internal readonly record struct SortedRow(QueryValue[] Keys, QueryValue Row, long Sequence, ReadOnlyMemory<byte> ItemKey, long RowOfItem);
