using System.Collections.Immutable;
using Nacre.Core.Indexing;
using Nacre.Query.Planning;

namespace Nacre.Server.Queries.Planning;

/// <summary>A condition as the indexes of one range can answer it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Asked">As much of the condition as the indexes know.</param>
/// <param name="Index">Of one index: which.</param>
/// <param name="Bounds">Of one index: where in it, rising, none overlapping another; all of them together have every item that has it.</param>
/// <param name="Parts">Of the others: what they are made of.</param>
/// <param name="Entries">Index entries of all that is below: not less than the items that have it.</param>
/// <param name="IsExact">Whether each item that has it passes the filter.</param>
internal sealed record RangeCondition(
    RangeConditionKind Kind, IndexCondition Asked, IndexRef Index, IReadOnlyList<IndexBounds> Bounds, ImmutableArray<RangeCondition> Parts, long Entries, bool IsExact)
{
    /// <summary>What has all of some parts.</summary>
    /// <param name="parts">At least one.</param>
    /// <param name="isExact">As of the condition.</param>
    public static RangeCondition All(IReadOnlyList<RangeCondition> parts, bool isExact)
    {
        ImmutableArray<RangeCondition> flat = [.. parts.SelectMany(static part => part.Kind == RangeConditionKind.All ? part.Parts : [part])];
        return flat is [var only] ? only with { IsExact = isExact } : new RangeCondition(
            RangeConditionKind.All, new AllCondition([.. flat.Select(static part => part.Asked)], isExact), default, [], flat, flat.Min(static part => part.Entries), isExact);
    }

    /// <summary>What has any of some parts.</summary>
    /// <param name="parts">None at all for what no item has.</param>
    /// <param name="isExact">As of the condition.</param>
    public static RangeCondition Any(IReadOnlyList<RangeCondition> parts, bool isExact) => new(
        RangeConditionKind.Any, new AnyCondition([.. parts.Select(static part => part.Asked)], isExact), default, [], [.. parts], parts.Sum(static part => part.Entries), isExact);
}
