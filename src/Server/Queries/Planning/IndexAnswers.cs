using Nacre.Core.Errors;
using Nacre.Core.Indexing;
using Nacre.Query.Planning;

namespace Nacre.Server.Queries.Planning;

/// <summary>
/// Answers that indexes give by themselves: few items, each for all that are alike to the query. What no index knows is
/// given item by item.
/// </summary>
/// <param name="reading">The range's indexes.</param>
/// <param name="cancellationToken">Stops the reading.</param>
/// <remarks>For one caller at a time; one answer is asked for.</remarks>
internal sealed class IndexAnswers(IndexReading reading, CancellationToken cancellationToken)
{
    /// <summary>Entries of one value that are walked before they are counted instead.</summary>
    private const int MostWalked = 16;

    private static readonly byte[] Empty = "{}"u8.ToArray();

    /// <summary>All items that pass an exact filter, as one.</summary>
    /// <param name="condition">The filter; null for none.</param>
    public async IAsyncEnumerator<Result<Answer>> CountAsync(RangeCondition? condition)
    {
        if (condition is null)
        {
            if (reading.Index.Items > 0)
            {
                yield return new Answer(default, null, Empty, reading.Index.Items);
            }

            yield break;
        }

        (NacreError? refusal, ItemNumber any, long count) = await CountOfAsync(condition).ConfigureAwait(false);
        if (refusal is null && count > 0)
        {
            yield return await ReadAsync(any, count).ConfigureAwait(false);
        }

        if (refusal is not null)
        {
            yield return refusal;
            yield break;
        }

        await foreach (Result<Answer> answer in UnindexedAsync().ConfigureAwait(false))
        {
            yield return answer;
        }
    }

    /// <summary>The items with the least and the greatest value of a path, and one that has an array or object there.</summary>
    /// <param name="index">The path's.</param>
    /// <param name="intervals">The values that pass the filter.</param>
    /// <param name="least">Whether the least is wanted.</param>
    /// <param name="most">Whether the greatest is.</param>
    public async IAsyncEnumerator<Result<Answer>> ExtremesAsync(IndexRef index, IReadOnlyList<IndexInterval> intervals, bool least, bool most)
    {
        IndexInterval composed = IndexInterval.All with { Low = IndexKey.Of(IndexValueKind.Array) };
        List<(IEnumerable<IndexInterval> Intervals, bool Descending)> ends = [(intervals.Select(interval => interval.And(composed)).Where(static interval => !interval.IsEmpty), false)];
        if (least)
        {
            ends.Add((intervals, false));
        }

        if (most)
        {
            ends.Add((intervals.Reverse(), true));
        }

        foreach ((IEnumerable<IndexInterval> of, bool descending) in ends)
        {
            await foreach (Result<Answer> answer in FirstAsync(index, of, descending).ConfigureAwait(false))
            {
                yield return answer;
            }
        }

        await foreach (Result<Answer> answer in UnindexedAsync().ConfigureAwait(false))
        {
            yield return answer;
        }
    }

    /// <summary>One item for each value of a path, in the order of the values, with how many have it.</summary>
    /// <param name="index">The path's.</param>
    /// <param name="path">The path, without elements.</param>
    /// <param name="intervals">The values that may pass the filter.</param>
    /// <param name="withUndefined">Whether items without a value may pass, too.</param>
    public async IAsyncEnumerator<Result<Answer>> AlikeAsync(IndexRef index, DocumentPath path, IReadOnlyList<IndexInterval> intervals, bool withUndefined)
    {
        if (withUndefined)
        {
            Result<long> without = await WithoutAsync(index).ConfigureAwait(false);
            if (!without.IsOk)
            {
                yield return without.Error;
                yield break;
            }

            if (without.Value > 0)
            {
                yield return new Answer(default, null, Empty, without.Value);
            }
        }

        foreach (IndexInterval interval in intervals)
        {
            IIndexCursor cursor = reading.Index.Scan(index, interval.ToBounds(), descending: false);
            await using (cursor.ConfigureAwait(false))
            {
                Result<bool> moved = await MoveAsync(cursor).ConfigureAwait(false);
                while (moved is { IsOk: true, Value: true })
                {
                    ReadOnlyMemory<byte> value = cursor.Value.ToArray();
                    ItemNumber item = cursor.Item;
                    long count = 1;
                    bool isAlike = AlikeValue.IsWhole(value.Span, cursor.IsExact);
                    moved = await MoveAsync(cursor).ConfigureAwait(false);
                    if (isAlike)
                    {
                        (moved, count) = await PassAsync(index, cursor, value, moved).ConfigureAwait(false);
                    }

                    if (!moved.IsOk)
                    {
                        break;
                    }

                    yield return isAlike && AlikeValue.TryMake(path, value.Span) is { } made
                        ? new Answer(default, null, made, count)
                        : await ReadAsync(item, count).ConfigureAwait(false);
                }

                if (!moved.IsOk)
                {
                    yield return moved.Error;
                    yield break;
                }
            }
        }

        await foreach (Result<Answer> answer in UnindexedAsync().ConfigureAwait(false))
        {
            yield return answer;
        }
    }

    /// <summary>Passes over the other entries of a value.</summary>
    /// <param name="index">The path's.</param>
    /// <param name="cursor">Behind the first of them.</param>
    /// <param name="value">The value.</param>
    /// <param name="moved">What the move there gave.</param>
    /// <returns>What the move to the next value gave, and how many entries the value has.</returns>
    private async ValueTask<(Result<bool> Moved, long Count)> PassAsync(IndexRef index, IIndexCursor cursor, ReadOnlyMemory<byte> value, Result<bool> moved)
    {
        long count = 1;
        while (moved is { IsOk: true, Value: true } && cursor.Value.Span.SequenceEqual(value.Span))
        {
            if (++count > MostWalked)
            {
                Result<long> all = await reading.CountAsync(index, [IndexInterval.Of(value)], cancellationToken).ConfigureAwait(false);
                return all.IsOk
                    ? (await cursor.SkipToAsync(value, new ItemNumber(ulong.MaxValue), cancellationToken).ConfigureAwait(false), all.Value)
                    : (all.Error, 0);
            }

            moved = await MoveAsync(cursor).ConfigureAwait(false);
        }

        return (moved, count);
    }

    private async ValueTask<(NacreError? Refusal, ItemNumber Any, long Count)> CountOfAsync(RangeCondition condition)
    {
        // An item has one entry for each value of a path: of one value, or of a path without elements, entries are items.
        if (condition.Asked is PathCondition path && (!path.Path.HasElements || path.IsPoint))
        {
            foreach (IndexInterval interval in path.Intervals)
            {
                IIndexCursor cursor = reading.Index.Scan(condition.Index, interval.ToBounds(), descending: false);
                await using (cursor.ConfigureAwait(false))
                {
                    Result<bool> moved = await MoveAsync(cursor).ConfigureAwait(false);
                    if (!moved.IsOk || moved.Value)
                    {
                        return (moved.Error, moved.IsOk ? cursor.Item : default, condition.Entries);
                    }
                }
            }

            return (null, default, 0);
        }

        Result<ItemNumbers> items = await reading.CollectAsync(condition, isWhole: true, cancellationToken).ConfigureAwait(false);
        return items.IsOk ? (null, items.Value.Count > 0 ? items.Value[0] : default, items.Value.Count) : (items.Error, default, 0);
    }

    private async IAsyncEnumerable<Result<Answer>> FirstAsync(IndexRef index, IEnumerable<IndexInterval> intervals, bool descending)
    {
        foreach (IndexInterval interval in intervals)
        {
            IIndexCursor cursor = reading.Index.Scan(index, interval.ToBounds(), descending);
            await using (cursor.ConfigureAwait(false))
            {
                ReadOnlyMemory<byte> first = default;
                while (true)
                {
                    Result<bool> moved = await MoveAsync(cursor).ConfigureAwait(false);
                    if (!moved.IsOk)
                    {
                        yield return moved.Error;
                        yield break;
                    }

                    // Texts that were cut short are in no order among themselves: each of them may be the first.
                    bool isFirst = first.IsEmpty;
                    if (!moved.Value || (!isFirst && !cursor.Value.Span.SequenceEqual(first.Span)))
                    {
                        break;
                    }

                    first = isFirst ? cursor.Value.ToArray() : first;
                    yield return await ReadAsync(cursor.Item, 1).ConfigureAwait(false);
                    if (isFirst && !AlikeValue.IsCut(first.Span, cursor.IsExact))
                    {
                        break;
                    }
                }

                if (!first.IsEmpty)
                {
                    yield break;
                }
            }
        }
    }

    private async IAsyncEnumerable<Result<Answer>> UnindexedAsync()
    {
        Result<ItemNumbers> items = await reading.UnindexedAsync(cancellationToken).ConfigureAwait(false);
        if (!items.IsOk)
        {
            yield return items.Error;
            yield break;
        }

        for (int at = 0; at < items.Value.Count; at++)
        {
            yield return await ReadAsync(items.Value[at], 1).ConfigureAwait(false);
        }
    }

    /// <summary>How many items have no value at a path.</summary>
    private async ValueTask<Result<long>> WithoutAsync(IndexRef index)
    {
        Result<long> with = await reading.CountAsync(index, [IndexInterval.All], cancellationToken).ConfigureAwait(false);
        if (!with.IsOk)
        {
            return with;
        }

        Result<long> unknown = await reading.CountAsync(reading.Index.Unindexed, [IndexInterval.All], cancellationToken).ConfigureAwait(false);
        return unknown.IsOk ? reading.Index.Items - with.Value - unknown.Value : unknown;
    }

    private async ValueTask<Result<Answer>> ReadAsync(ItemNumber item, long times)
    {
        Result<IndexedItem> read = await reading.Index.ReadAsync(item, cancellationToken).ConfigureAwait(false);
        return read.IsOk ? new Answer(read.Value.ItemKey, read.Value.Document, default, times) : read.Error;
    }

    private async ValueTask<Result<bool>> MoveAsync(IIndexCursor cursor)
    {
        await reading.StepAsync(cancellationToken).ConfigureAwait(false);
        return await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false);
    }
}
