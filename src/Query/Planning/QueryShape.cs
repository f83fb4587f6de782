using System.Collections.Immutable;
using Nacre.Core.Indexing;
using Nacre.Query.Binding;
using Nacre.Query.Evaluation;
using Nacre.Query.Evaluation.Aggregates;
using Nacre.Query.Evaluation.Nodes;
using Nacre.Query.Evaluation.Rows;
using DocumentPath = Nacre.Core.Indexing.DocumentPath;

namespace Nacre.Query.Planning;

/// <summary>What a planner has to know of a query: what indexes can say of it, and which answers need no items.</summary>
/// <remarks>Thread-safe: it never changes.</remarks>
public sealed class QueryShape
{
    private QueryShape(BoundQuery query)
    {
        SelectPlan plan = query.Plan;
        Condition = new ConditionFinder(new PathFinder()).RowsOf(plan);
        bool isPlain = plan.Sources.Count == 0;
        IsFilterExact = isPlain && (plan.Where is null || Condition is { IsExact: true });
        Order = query.IsPaged ? OrderOf(plan.Order) : [];
        IReadOnlyList<AggregateSpec> aggregates = plan.Groups?.Aggregates ?? [];
        bool isSingle = plan.Groups is { Keys.Count: 0 };
        if (isPlain && isSingle && plan.Where is null && aggregates is [{ Kind: AggregateKind.Count, Argument: PathNode counted }])
        {
            // Other items count for nothing.
            Condition = ConditionFinder.Defined(counted);
            IsFilterExact = Condition is { IsExact: true };
        }

        IsCount = IsFilterExact && isSingle && aggregates.All(IsCounting);
        Extreme = isPlain && isSingle ? ExtremeOf(aggregates) : null;
        if (Extreme is not null && plan.Where is not null && !(Condition is PathCondition { IsExact: true } condition && condition.Path.Equals(Extreme)))
        {
            Extreme = null;
        }

        WantsLeast = aggregates.Any(static aggregate => aggregate.Kind == AggregateKind.Min);
        WantsMost = aggregates.Any(static aggregate => aggregate.Kind == AggregateKind.Max);
        Alike = isPlain && !query.TellsEqualApart && (plan.Groups is not null ? aggregates.All(IsIndifferent) : query.IsDistinct) &&
            query.Paths is [var only] && PathFinder.Of(only) is { HasElements: false } path ? path : null;
    }

    /// <summary>What an item has that gives rows; null: any item may.</summary>
    public IndexCondition? Condition { get; }

    /// <summary>Whether <see cref="Condition"/> is all of the filter, or there is none, and each item that passes gives one row.</summary>
    public bool IsFilterExact { get; }

    /// <summary>The keys of ORDER BY, where they are paths without elements; none where they are not, or the query has but one page.</summary>
    public ImmutableArray<OrderPath> Order { get; }

    /// <summary>Whether it does nothing with items but count those that pass the filter.</summary>
    public bool IsCount { get; }

    /// <summary>The path of which it asks the least or greatest value and nothing else, with a filter over the same path at most; else null.</summary>
    public DocumentPath? Extreme { get; }

    /// <summary>Whether it has MIN.</summary>
    public bool WantsLeast { get; }

    /// <summary>Whether it has MAX.</summary>
    public bool WantsMost { get; }

    /// <summary>
    /// The one path that it reads, where items with the same value there are the same to it but for their count: it
    /// groups or has DISTINCT, and has no aggregate but COUNT, MIN and MAX. Else null.
    /// </summary>
    public DocumentPath? Alike { get; }

    /// <summary>Looks at a query.</summary>
    public static QueryShape Of(BoundQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new QueryShape(query);
    }

    private static ImmutableArray<OrderPath> OrderOf(IReadOnlyList<OrderKey> keys)
    {
        ImmutableArray<OrderPath>.Builder order = ImmutableArray.CreateBuilder<OrderPath>();
        foreach (OrderKey key in keys)
        {
            if (key.Node is not PathNode node || PathFinder.Of(node.Path) is not { HasElements: false } path)
            {
                // What is sorted by the first keys is nearly in order: the sorter does the rest.
                break;
            }

            order.Add(new OrderPath(path, key.IsDescending));
        }

        return order.ToImmutable();
    }

    private static DocumentPath? ExtremeOf(IReadOnlyList<AggregateSpec> aggregates)
    {
        DocumentPath? path = null;
        foreach (AggregateSpec aggregate in aggregates)
        {
            if (aggregate is not { Kind: AggregateKind.Min or AggregateKind.Max, Argument: PathNode node } ||
                PathFinder.Of(node.Path) is not { HasElements: false } found || (path is not null && !path.Equals(found)))
            {
                return null;
            }

            path = found;
        }

        return path;
    }

    /// <summary>Whether it counts each item that passes: what it counts is always there.</summary>
    private bool IsCounting(AggregateSpec aggregate) => aggregate.Kind == AggregateKind.Count && aggregate.Argument switch
    {
        ConstantNode constant => constant.Value.IsDefined,
        PathNode node => Condition is PathCondition condition && condition.Path.Equals(PathFinder.Of(node.Path)),
        _ => false,
    };

    private static bool IsIndifferent(AggregateSpec aggregate) => aggregate.Kind is AggregateKind.Count or AggregateKind.Min or AggregateKind.Max;
}
