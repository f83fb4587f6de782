using Nacre.Core.Errors;
using Nacre.Core.Documents;
using Nacre.Core.Indexing;
using Nacre.Query.Evaluation;
using Nacre.Query.Planning;

namespace Nacre.Server.Queries.Planning;

/// <summary>Chooses, for each range of a page, how its items are found.</summary>
/// <param name="task">The page.</param>
/// <param name="pace">What readers ask while they work.</param>
/// <param name="usesIndexes">Whether indexes are asked at all.</param>
/// <remarks>For one caller at a time.</remarks>
internal sealed class ReaderChoice(QueryTask task, IPagePace pace, bool usesIndexes)
{
    /// <summary>Most items of a range that are remembered by their numbers: 8 bytes each.</summary>
    public const long MostNumbers = 4 << 20;

    /// <summary>Values of which an index tells nothing but that they are there; where they are more than this part, a scan is cheaper.</summary>
    private const int ComposedPart = 3;

    private readonly QueryShape _shape = task.Query.Shape;
    private readonly IReadOnlyList<IndexCondition?> _partition = PartitionConditions.Of(task.Scope);

    /// <summary>What finding the items took.</summary>
    public SourceFigures Figures { get; } = new();

    /// <summary>Rows after which the page can end, when rows come in the order of items.</summary>
    private double Rows => task.Query is { IsPaged: true, IsOrdered: false }
        ? task.Query.RowsWanted(new QueryWindow { Passed = task.From?.Passed ?? 0, MaxRows = task.MaxRows })
        : double.PositiveInfinity;

    private bool IsWhole => task.Scope.PartitionKey.Count == 0;

    /// <summary>Asks a range's indexes what they know.</summary>
    /// <returns>What views refuse with.</returns>
    public async ValueTask<Result<RangeEstimate>> EstimateAsync(RangeView view, CancellationToken cancellationToken)
    {
        if (!usesIndexes || view.Index is not { } index)
        {
            return new RangeEstimate(null, null, double.PositiveInfinity);
        }

        var reading = new IndexReading(index, pace, Figures);
        if (index.Policy.Mode == IndexingMode.None)
        {
            return new RangeEstimate(_shape is { IsCount: true, Condition: null } && IsWhole ? reading : null, null, index.Items);
        }

        List<RangeCondition> parts = [];
        double items = index.Items;
        bool isExact = _shape.IsFilterExact;
        foreach (IndexCondition? part in _partition)
        {
            Result<RangeCondition?> resolved = await ResolveAsync(reading, part, cancellationToken).ConfigureAwait(false);
            if (!resolved.IsOk)
            {
                return resolved.Error;
            }

            isExact &= resolved.Value is { IsExact: true };
            if (resolved.Value is { } condition)
            {
                parts.Add(condition);
                items = Math.Min(items, condition.Entries);
            }
        }

        if (_shape.Condition is { } filter)
        {
            Result<RangeCondition?> resolved = await ResolveAsync(reading, filter, cancellationToken).ConfigureAwait(false);
            if (!resolved.IsOk)
            {
                return resolved.Error;
            }

            isExact &= resolved.Value is { IsExact: true };
            parts.AddRange(resolved.Value is { } condition ? [condition] : []);
        }

        return new RangeEstimate(reading, parts.Count == 0 ? null : RangeCondition.All(parts, isExact), items);
    }

    /// <summary>Opens a reader for a range's items.</summary>
    /// <param name="view">The range.</param>
    /// <param name="estimate">What its indexes know.</param>
    /// <param name="span">The items.</param>
    /// <param name="isBegun">Whether another reader has given some of the range's items already.</param>
    /// <param name="cancellationToken">Stops the reading, also later.</param>
    /// <returns>What views refuse with.</returns>
    public async ValueTask<Result<RangeReader>> OpenAsync(
        RangeView view, RangeEstimate estimate, ItemSpan span, bool isBegun, CancellationToken cancellationToken)
    {
        if (estimate.Reading is { } reading)
        {
            if (!isBegun)
            {
                Result<RangeReader?> answer = await AnswerAsync(reading, estimate, span, cancellationToken).ConfigureAwait(false);
                if (!answer.IsOk || answer.Value is not null)
                {
                    return answer.IsOk ? answer.Value! : answer.Error;
                }
            }

            if (estimate.Condition is { Entries: <= MostNumbers } condition)
            {
                double scan = ReadCost.Scan(estimate.Items, estimate.Candidates, Rows);
                double lookup = ReadCost.Lookup(estimate.Candidates);
                double walk = ReadCost.Walk(estimate.Items, estimate.Candidates, Rows);
                if (Math.Min(lookup, walk) < scan)
                {
                    return await ReadNamedAsync(reading, condition, span, isLookup: lookup <= walk, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        Result<IDocumentCursor> cursor = view.Documents.Scan(view.Range.Id, span.From, span.IsFromInclusive, span.End);
        if (!cursor.IsOk)
        {
            return cursor.Error;
        }

        Figures.Chose([IsWhole ? "scan: all items"
            : task.Scope.PartitionKey.Count == task.Scope.Container.PartitionKey.Paths.Count ? "scan: one partition"
            : "scan: all partitions below a prefix of the partition key"]);
        return new ScanReader(cursor.Value, span);
    }

    /// <summary>The items that indexes name, and those that they do not know.</summary>
    /// <returns>What views refuse with.</returns>
    public async ValueTask<Result<ItemNumbers>> CollectAsync(IndexReading reading, RangeCondition condition, CancellationToken cancellationToken)
    {
        Result<ItemNumbers> named = await reading.CollectAsync(condition, isWhole: false, cancellationToken).ConfigureAwait(false);
        if (!named.IsOk)
        {
            return named;
        }

        Result<ItemNumbers> unindexed = await reading.UnindexedAsync(cancellationToken).ConfigureAwait(false);
        if (!unindexed.IsOk)
        {
            return unindexed;
        }

        ItemNumbers all = named.Value.Union(unindexed.Value);
        Figures.Candidates += all.Count;
        return all;
    }

    /// <summary>What is asked of a range's indexes, a line for each part; of what they do not have there is none.</summary>
    public static IEnumerable<string> Describe(RangeCondition? condition) => condition?.Asked.Describe().Select(static line => "  " + line) ?? [];

    private async ValueTask<Result<RangeReader>> ReadNamedAsync(
        IndexReading reading, RangeCondition condition, ItemSpan span, bool isLookup, CancellationToken cancellationToken)
    {
        Result<ItemNumbers> numbers = await CollectAsync(reading, condition, cancellationToken).ConfigureAwait(false);
        if (!numbers.IsOk)
        {
            return numbers.Error;
        }

        Figures.Chose([isLookup ? "lookup: the items that indexes name" : "walk: the items that indexes name, in item order", .. Describe(condition)]);
        return isLookup
            ? new LookupReader(reading, numbers.Value, span)
            : new WalkReader(reading, reading.Index.Walk(span.From, span.IsFromInclusive, span.End), numbers.Value, isOutside: false, span);
    }

    private static async ValueTask<Result<RangeCondition?>> ResolveAsync(
        IndexReading reading, IndexCondition? condition, CancellationToken cancellationToken) => condition is null
        ? (RangeCondition?)null
        : await reading.ResolveAsync(condition, cancellationToken).ConfigureAwait(false);

    /// <summary>What the indexes answer alone; null for nothing.</summary>
    private async ValueTask<Result<RangeReader?>> AnswerAsync(
        IndexReading reading, RangeEstimate estimate, ItemSpan span, CancellationToken cancellationToken)
    {
        var answers = new IndexAnswers(reading, cancellationToken);
        if (_shape.IsCount)
        {
            bool isExact = estimate.Condition is { IsExact: true } || (estimate.Condition is null && _shape.Condition is null && IsWhole);
            if (!isExact || estimate.Condition is { Entries: > MostNumbers, Kind: not RangeConditionKind.Index })
            {
                return (RangeReader?)null;
            }

            Figures.Chose(["count: of index entries, no items read", .. Describe(estimate.Condition)]);
            return new AnswerReader(answers.CountAsync(estimate.Condition), span);
        }

        if (!IsWhole || (_shape.Extreme ?? _shape.Alike) is not { } path)
        {
            return (RangeReader?)null;
        }

        IndexRef index = reading.Index.Find(path);
        if (index.Kind == IndexRefKind.None)
        {
            return (RangeReader?)null;
        }

        var filter = _shape.Condition as PathCondition;
        bool isOfPath = filter is not null && filter.Path.Equals(path);
        IReadOnlyList<IndexInterval> intervals = isOfPath ? filter!.Intervals : [IndexInterval.All];
        if (_shape.Extreme is not null)
        {
            Figures.Chose([$"ends: the first and last values of {path}", .. Describe(estimate.Condition)]);
            return new AnswerReader(answers.ExtremesAsync(index, intervals, _shape.WantsLeast, _shape.WantsMost), span);
        }

        IndexInterval composed = IndexInterval.All with { Low = IndexKey.Of(IndexValueKind.Array) };
        Result<long> unknown = await reading.CountAsync(index, [composed], cancellationToken).ConfigureAwait(false);
        if (!unknown.IsOk || unknown.Value > reading.Index.Items / ComposedPart)
        {
            return unknown.IsOk ? (RangeReader?)null : unknown.Error;
        }

        Figures.Chose([$"values: of {path}, each with its count", .. Describe(estimate.Condition)]);
        return new AnswerReader(answers.AlikeAsync(index, path, intervals, withUndefined: !isOfPath), span);
    }
}
