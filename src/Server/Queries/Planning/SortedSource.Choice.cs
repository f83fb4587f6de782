using Nacre.Core.Errors;
using Nacre.Core.Indexing;
using Nacre.Query.Evaluation;
using Nacre.Query.Planning;

namespace Nacre.Server.Queries.Planning;

internal sealed partial class SortedSource
{
    /// <summary>Part of the items that pass a filter of which the indexes say nothing: a guess.</summary>
    private const double UnknownPart = 0.25;

    /// <summary>What sorting takes for each item, in items read one after the other.</summary>
    private const double SortEach = 0.2;

    /// <summary>Decides whether an index gives the order.</summary>
    /// <returns>False when all items are to be looked at; or what views refuse with.</returns>
    private async ValueTask<Result<bool>> ChooseAsync(CancellationToken cancellationToken)
    {
        string? text = null;
        foreach (RangeView view in _views)
        {
            Result<RangeEstimate> estimate = await _choice.EstimateAsync(view, cancellationToken).ConfigureAwait(false);
            if (!estimate.IsOk)
            {
                return estimate.Error;
            }

            if (estimate.Value.Reading is not { } reading || SortedOrder.Find(reading.Index, _task) is not { } order || (text ?? order.Text) != order.Text)
            {
                return false;
            }

            text = order.Text;
            Result<SortedWalk> walk = await MeasureAsync(view, estimate.Value, reading, order, cancellationToken).ConfigureAwait(false);
            if (!walk.IsOk)
            {
                return walk.Error;
            }

            _walks.Add(walk.Value);
        }

        return text is null ? false : await DecideAsync(text, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Result<SortedWalk>> MeasureAsync(
        RangeView view, RangeEstimate estimate, IndexReading reading, SortedOrder order, CancellationToken cancellationToken)
    {
        Result<long> entries = await reading.CountAsync(order.Index, [order.Interval], cancellationToken).ConfigureAwait(false);
        Result<long> all = await reading.CountAsync(order.Index, [IndexInterval.All], cancellationToken).ConfigureAwait(false);
        Result<ItemNumbers> unindexed = await reading.UnindexedAsync(cancellationToken).ConfigureAwait(false);
        Result<long> first = await FirstGroupAsync(reading, order, cancellationToken).ConfigureAwait(false);
        if ((entries.Error ?? all.Error ?? unindexed.Error ?? first.Error) is { } refusal)
        {
            return refusal;
        }

        // Where the filter asks for a value, items without one are out of it.
        bool needsAll = !order.IsComposite && SortedOrder.FilterOf(_task.Query.Shape, _task.Query.Shape.Order[0].Path) is null;
        return new SortedWalk
        {
            View = view,
            Estimate = estimate,
            Reading = reading,
            Index = order.Index,
            Interval = order.Interval,
            IsDescending = order.IsDescending,
            Entries = entries.Value,
            FirstGroup = first.Value,
            Without = needsAll ? reading.Index.Items - all.Value - unindexed.Value.Count : 0,
            Unindexed = unindexed.Value,
        };
    }

    private static async ValueTask<Result<long>> FirstGroupAsync(IndexReading reading, SortedOrder order, CancellationToken cancellationToken)
    {
        IIndexCursor cursor = reading.Index.Scan(order.Index, order.Interval.ToBounds(), order.IsDescending);
        await using (cursor.ConfigureAwait(false))
        {
            Result<bool> moved = await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false);
            return !moved.IsOk ? moved.Error
                : !moved.Value ? 0
                : await reading.CountAsync(order.Index, [IndexInterval.Of(cursor.Value.ToArray())], cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<Result<bool>> DecideAsync(string text, CancellationToken cancellationToken)
    {
        double rows = _wanted;
        double items = _walks.Sum(static walk => walk.Estimate.Items);
        bool isNamed = _walks.TrueForAll(static walk => walk.Estimate.Condition is not null);
        double candidates = isNamed ? _walks.Sum(static walk => walk.Estimate.Candidates)
            : _task.Query.Shape.IsFilterExact ? items
            : items * UnknownPart;
        double sort = (SortEach * candidates) + _walks.Sum(walk => Math.Min(
            walk.Estimate.Items,
            walk.Estimate.Condition is null ? walk.Estimate.Items : Math.Min(
                ReadCost.Lookup(walk.Estimate.Candidates), ReadCost.Walk(walk.Estimate.Items, walk.Estimate.Candidates, double.PositiveInfinity))));

        double entries = _walks.Sum(static walk => (double)walk.Entries);
        double within = Math.Min(candidates, entries);
        double group = _walks.Sum(static walk => (double)walk.FirstGroup);
        double all = _walks.Sum(static walk => (double)walk.Reading.Index.Items);
        double without = _walks.Sum(static walk => (double)walk.Without);
        bool isDescending = _task.Query.Shape.Order[0].IsDescending;
        bool isFromValue = _task.From?.After is { } after && !IsUndefined(after);
        double undefined = without > 0 && (isDescending ? rows > within : !isFromValue) ? ReadCost.Walk(all, all, rows) : 0;
        double plain = undefined + Math.Max(ReadCost.Ordered(entries, within, rows), ReadCost.Ordered(group, group, group));
        bool canBeWithin = isNamed && !IsOrderAlone && _walks.Sum(static walk => walk.Estimate.Condition!.Entries) <= ReaderChoice.MostNumbers;
        double filtered = !canBeWithin ? double.PositiveInfinity
            : undefined + (entries == 0 ? 0 : ReadCost.OrderedWithin(entries, within, Math.Max(rows, group * within / entries)));
        if (Math.Min(plain, filtered) >= sort || (without > 0 && all > ReaderChoice.MostNumbers))
        {
            return false;
        }

        foreach (SortedWalk walk in filtered < plain ? _walks : [])
        {
            Result<ItemNumbers> numbers = await _choice.CollectAsync(walk.Reading, walk.Estimate.Condition!, cancellationToken).ConfigureAwait(false);
            if (!numbers.IsOk)
            {
                return numbers.Error;
            }

            walk.Within = numbers.Value.Except(walk.Unindexed);
        }

        string merged = _walks.Count == 1 ? "" : $", {_walks.Count} ranges merged";
        _choice.Figures.Chose(
        [
            $"order: by the index of {text}{merged}, until the page is full",
            .. filtered < plain ? ["of the items that indexes name"] : Array.Empty<string>(),
            .. _walks.Select(static walk => string.Join('\n', ReaderChoice.Describe(walk.Estimate.Condition)))
                .Where(static lines => lines.Length > 0).Distinct(StringComparer.Ordinal),
        ]);
        return true;
    }

    /// <summary>Whether the filter asks of nothing but what is sorted by first: the order's own interval says it all.</summary>
    private bool IsOrderAlone => _task.Scope.PartitionKey.Count == 0 &&
        _task.Query.Shape.Condition is PathCondition condition && condition.Path.Equals(_task.Query.Shape.Order[0].Path);
}
