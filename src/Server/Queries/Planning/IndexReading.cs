using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Indexing;
using Nacre.Query.Planning;

namespace Nacre.Server.Queries.Planning;

/// <summary>Asks the indexes of one range, and counts what that takes.</summary>
/// <param name="index">The range's.</param>
/// <param name="pace">Lets others work meanwhile.</param>
/// <param name="figures">Counts.</param>
/// <remarks>For one caller at a time.</remarks>
internal sealed class IndexReading(IRangeIndex index, IPagePace pace, SourceFigures figures)
{
    /// <summary>Entries of a further condition that are worth reading for each item that need not be read then.</summary>
    private const int EntriesOfAnItem = 16;

    private const int StepsBetweenPauses = 256;

    private int _steps;

    /// <summary>The range's.</summary>
    public IRangeIndex Index => index;

    /// <summary>Finds the indexes for a condition, and counts.</summary>
    /// <param name="condition">Any.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Null where the indexes say nothing; or what views refuse with.</returns>
    public async ValueTask<Result<RangeCondition?>> ResolveAsync(IndexCondition condition, CancellationToken cancellationToken)
    {
        if (condition is PathCondition path)
        {
            return await MeasureAsync(
                path, index.Find(path.Path), [.. path.Intervals.Select(static interval => interval.ToBounds())], cancellationToken).ConfigureAwait(false);
        }

        if (condition is SpatialCondition spatial)
        {
            IndexRef found = index.FindSpatial(spatial.Path, spatial.Region, out IReadOnlyList<IndexBounds> bounds);
            return await MeasureAsync(spatial, found, bounds, cancellationToken).ConfigureAwait(false);
        }

        bool isAny = condition is AnyCondition;
        List<RangeCondition> parts = [];
        bool isExact = condition.IsExact;
        foreach (IndexCondition part in condition is AllCondition all ? all.Parts : ((AnyCondition)condition).Parts)
        {
            Result<RangeCondition?> resolved = await ResolveAsync(part, cancellationToken).ConfigureAwait(false);
            if (!resolved.IsOk)
            {
                return resolved.Error;
            }

            if (resolved.Value is null)
            {
                if (isAny)
                {
                    return (RangeCondition?)null;
                }

                isExact = false;
                continue;
            }

            parts.Add(resolved.Value);
        }

        return parts.Count == 0 && !isAny ? (RangeCondition?)null
            : isAny ? RangeCondition.Any(parts, isExact)
            : RangeCondition.All(parts, isExact);
    }

    /// <summary>Counts the entries of some intervals.</summary>
    public ValueTask<Result<long>> CountAsync(IndexRef of, IEnumerable<IndexInterval> intervals, CancellationToken cancellationToken) =>
        CountAsync(of, [.. intervals.Where(static interval => !interval.IsEmpty).Select(static interval => interval.ToBounds())], cancellationToken);

    /// <summary>The items that no index knows.</summary>
    public async ValueTask<Result<ItemNumbers>> UnindexedAsync(CancellationToken cancellationToken)
    {
        return await EntriesAsync(index.Unindexed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The items that an index has entries of.</summary>
    public async ValueTask<Result<ItemNumbers>> EntriesAsync(IndexRef of, CancellationToken cancellationToken)
    {
        List<ulong> numbers = [];
        NacreError? refusal = await AddAsync(of, IndexBounds.All, numbers, cancellationToken).ConfigureAwait(false);
        return refusal is null ? ItemNumbers.Of(numbers) : refusal;
    }

    /// <summary>The items that have what a condition asks for.</summary>
    /// <param name="condition">Of this range.</param>
    /// <param name="isWhole">Whether none may be given that has it in part only.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>All of them, and perhaps others; those that no index knows are left out.</returns>
    public async ValueTask<Result<ItemNumbers>> CollectAsync(RangeCondition condition, bool isWhole, CancellationToken cancellationToken)
    {
        switch (condition.Kind)
        {
            case RangeConditionKind.Index:
                List<ulong> numbers = [];
                foreach (IndexBounds bounds in condition.Bounds)
                {
                    if (await AddAsync(condition.Index, bounds, numbers, cancellationToken).ConfigureAwait(false) is { } refusal)
                    {
                        return refusal;
                    }
                }

                return ItemNumbers.Of(numbers);

            case RangeConditionKind.Any:
                ItemNumbers any = ItemNumbers.None;
                foreach (RangeCondition part in condition.Parts)
                {
                    Result<ItemNumbers> more = await CollectAsync(part, isWhole, cancellationToken).ConfigureAwait(false);
                    if (!more.IsOk)
                    {
                        return more;
                    }

                    any = any.Union(more.Value);
                }

                return any;

            default:
                return await CollectAllAsync(condition, isWhole, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Counts a step, and lets others work now and then.</summary>
    public ValueTask StepAsync(CancellationToken cancellationToken)
    {
        figures.IndexEntries++;
        if (++_steps % StepsBetweenPauses != 0)
        {
            return default;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return pace.PassOnAsync(cancellationToken);
    }

    private async ValueTask<Result<long>> CountAsync(IndexRef of, IReadOnlyList<IndexBounds> parts, CancellationToken cancellationToken)
    {
        long sum = 0;
        foreach (IndexBounds bounds in parts)
        {
            Result<long> count = await index.CountAsync(of, bounds, cancellationToken).ConfigureAwait(false);
            if (!count.IsOk)
            {
                return count.Error;
            }

            sum += count.Value;
            await StepAsync(cancellationToken).ConfigureAwait(false);
        }

        return sum;
    }

    /// <summary>Counts what an index has; null where there is none.</summary>
    private async ValueTask<Result<RangeCondition?>> MeasureAsync(
        IndexCondition asked, IndexRef found, IReadOnlyList<IndexBounds> bounds, CancellationToken cancellationToken)
    {
        if (found.Kind == IndexRefKind.None)
        {
            return (RangeCondition?)null;
        }

        Result<long> count = await CountAsync(found, bounds, cancellationToken).ConfigureAwait(false);
        return count.IsOk
            ? new RangeCondition(RangeConditionKind.Index, asked, found, bounds, [], count.Value, asked.IsExact)
            : count.Error;
    }

    private async ValueTask<Result<ItemNumbers>> CollectAllAsync(RangeCondition condition, bool isWhole, CancellationToken cancellationToken)
    {
        ItemNumbers? common = null;
        foreach (RangeCondition part in condition.Parts.OrderBy(static part => part.Entries))
        {
            if (common is { Count: 0 } || (common is not null && !isWhole && part.Entries > (long)EntriesOfAnItem * common.Count))
            {
                break;
            }

            Result<ItemNumbers> next = await CollectAsync(part, isWhole, cancellationToken).ConfigureAwait(false);
            if (!next.IsOk)
            {
                return next;
            }

            common = common?.Intersect(next.Value) ?? next.Value;
        }

        Invariant.Check(common is not null);
        return common;
    }

    private async ValueTask<NacreError?> AddAsync(IndexRef of, IndexBounds bounds, List<ulong> numbers, CancellationToken cancellationToken)
    {
        IIndexCursor cursor = index.Scan(of, bounds, descending: false);
        await using (cursor.ConfigureAwait(false))
        {
            while (true)
            {
                Result<bool> moved = await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false);
                if (!moved.IsOk || !moved.Value)
                {
                    return moved.Error;
                }

                numbers.Add(cursor.Item.Value);
                await StepAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
