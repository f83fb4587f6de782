using System.Collections.Immutable;
using Nacre.Core.Indexing;
using Nacre.Query.Planning;

namespace Nacre.Server.Queries.Planning;

/// <summary>A condition as the indexes of one range can answer it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Index">Of a path: its index.</param>
/// <param name="Path">Of a path: what is asked.</param>
/// <param name="Parts">Of the others: what they are made of.</param>
/// <param name="Entries">Index entries of all that is below: not less than the items that have it.</param>
/// <param name="IsExact">Whether each item that has it passes the filter.</param>
internal sealed record RangeCondition(
    RangeConditionKind Kind, IndexRef Index, PathCondition? Path, ImmutableArray<RangeCondition> Parts, long Entries, bool IsExact);
