using System.Collections.Immutable;

namespace Nacre.Query.Planning;

/// <summary>What an index can say of a filter: every item that passes the filter has what is asked for here.</summary>
/// <param name="IsExact">Whether each item that has it passes, too.</param>
/// <remarks>Thread-safe: it never changes.</remarks>
public abstract record IndexCondition(bool IsExact)
{
    /// <summary>What no item has.</summary>
    public static IndexCondition Nothing { get; } = new AnyCondition([], IsExact: true);

    /// <summary>Whether no item can have it, whatever the indexes say.</summary>
    public bool IsNothing => this is AnyCondition { Parts.IsEmpty: true };

    /// <summary>Lines for a person, what is below something further to the right.</summary>
    public IEnumerable<string> Describe() => this switch
    {
        PathCondition path => [$"{(path.IsPoint ? "seek" : "range")}: {path}"],
        SpatialCondition spatial => [$"spatial: {spatial}"],
        AllCondition all => ["intersect:", .. Below(all.Parts)],
        AnyCondition { Parts.IsEmpty: true } => ["nothing: the filter can never be true"],
        AnyCondition any => ["union:", .. Below(any.Parts)],
        _ => [],
    };

    /// <summary>What has all of some parts; null where a part says nothing, that is: any item may have it.</summary>
    internal static IndexCondition? All(IReadOnlyList<IndexCondition?> parts)
    {
        bool isExact = true;
        List<IndexCondition> flat = [];
        foreach (IndexCondition? part in parts)
        {
            isExact &= part is { IsExact: true };
            flat.AddRange(part switch { null => [], AllCondition all => all.Parts, _ => [part] });
        }

        // A path without elements has one value: what is asked of it is asked of the same one.
        List<IndexCondition> merged = [];
        foreach (IGrouping<object, IndexCondition> same in flat.GroupBy(static part => part is PathCondition { Path.HasElements: false } path ? path.Path : new object()))
        {
            merged.Add(same.Skip(1).Aggregate(same.First(), static (all, next) => ((PathCondition)all).And((PathCondition)next)));
        }

        return merged.Find(static part => part is PathCondition { Intervals.IsEmpty: true } || part.IsNothing) is not null ? Nothing
            : merged.Count switch
            {
                0 => null,
                1 => merged[0] with { IsExact = isExact && merged[0].IsExact },
                _ => new AllCondition([.. merged], isExact),
            };
    }

    /// <summary>What has any of some parts; null where a part says nothing.</summary>
    internal static IndexCondition? Any(IReadOnlyList<IndexCondition?> parts)
    {
        List<IndexCondition> flat = [];
        foreach (IndexCondition? part in parts)
        {
            if (part is null)
            {
                return null;
            }

            flat.AddRange(part is AnyCondition any ? any.Parts : [part]);
        }

        List<IndexCondition> merged = [];
        foreach (IGrouping<object, IndexCondition> same in flat.GroupBy(static part => part is PathCondition path ? path.Path : new object()))
        {
            merged.Add(same.Count() == 1 ? same.First() : PathCondition.Any([.. same.Cast<PathCondition>()]));
        }

        merged.RemoveAll(static part => part is PathCondition { Intervals.IsEmpty: true });
        return merged.Count switch
        {
            0 => Nothing,
            1 => merged[0],
            _ => new AnyCondition([.. merged], merged.TrueForAll(static part => part.IsExact)),
        };
    }

    private static IEnumerable<string> Below(ImmutableArray<IndexCondition> parts) =>
        parts.SelectMany(static part => part.Describe()).Select(static line => "  " + line);
}
