using System.Runtime.CompilerServices;
using Nacre.Core.Errors;
using Nacre.Core.Indexing;
using Nacre.Query.Evaluation;

namespace Nacre.Server.Queries.Planning;

internal sealed partial class SortedSource
{
    private async IAsyncEnumerator<Result<Answer>> RunAsync(CancellationToken cancellationToken)
    {
        foreach (SortedWalk walk in _walks)
        {
            for (int at = 0; at < walk.Unindexed.Count; at++)
            {
                yield return await ReadAsync(walk, walk.Unindexed[at], cancellationToken).ConfigureAwait(false);
            }
        }

        // Those stand anywhere in the order.
        _unordered = _pace.RowsSorted;
        bool isDescending = _task.Query.Shape.Order[0].IsDescending;
        if (!isDescending && (_task.From?.After is not { } after || IsUndefined(after)))
        {
            await foreach (Result<Answer> answer in WithoutAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return answer;
            }
        }

        await foreach (Result<Answer> answer in MergeAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return answer;
        }

        if (isDescending)
        {
            await foreach (Result<Answer> answer in WithoutAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return answer;
            }
        }
    }

    /// <summary>The items that the indexes have, by value.</summary>
    private async IAsyncEnumerable<Result<Answer>> MergeAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var heads = new PriorityQueue<SortedWalk, SortedWalk>(new ByValue(_walks is [{ IsDescending: true }, ..]));
        foreach (SortedWalk walk in _walks)
        {
            Result<bool> moved = await walk.MoveNextAsync(cancellationToken).ConfigureAwait(false);
            if (!moved.IsOk)
            {
                yield return moved.Error;
                yield break;
            }

            if (moved.Value)
            {
                heads.Enqueue(walk, walk);
            }
        }

        byte[]? group = null;
        while (heads.TryDequeue(out SortedWalk? walk, out _))
        {
            if (group is null || !walk.Cursor!.Value.Span.SequenceEqual(group))
            {
                if (HasEnough)
                {
                    yield break;
                }

                group = walk.Cursor!.Value.ToArray();
            }

            yield return await ReadAsync(walk, walk.Cursor!.Item, cancellationToken).ConfigureAwait(false);
            Result<bool> moved = await walk.MoveNextAsync(cancellationToken).ConfigureAwait(false);
            if (!moved.IsOk)
            {
                yield return moved.Error;
                yield break;
            }

            if (moved.Value)
            {
                heads.Enqueue(walk, walk);
            }
        }
    }

    /// <summary>The items without the member that is sorted by first, in item order.</summary>
    private async IAsyncEnumerable<Result<Answer>> WithoutAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (HasEnough)
        {
            yield break;
        }

        foreach (SortedWalk walk in _walks.Where(static walk => walk.Without > 0))
        {
            Result<ItemNumbers> with = await walk.Reading.EntriesAsync(walk.Index, cancellationToken).ConfigureAwait(false);
            if (!with.IsOk)
            {
                yield return with.Error;
                yield break;
            }

            // In item order, and by that alone where there is one key: a page goes on at the item of the one before.
            bool isOneKey = _task.Query.IsOrderKnown && _task.Query.Shape.Order.Length == 1;
            SortPosition? after = isOneKey && _task.From?.After is { } last && IsUndefined(last) ? last : null;
            ItemSpan span = after is null ? _span : _span with { From = after.ItemKey };
            ItemNumbers numbers = walk.Within?.Except(with.Value) ?? with.Value.Union(walk.Unindexed);
            var reader = new WalkReader(
                walk.Reading, walk.Reading.Index.Walk(span.From, fromInclusive: true, span.End), numbers, isOutside: walk.Within is null, span);
            await using (reader.ConfigureAwait(false))
            {
                while (true)
                {
                    Result<bool> moved = await reader.MoveNextAsync(cancellationToken).ConfigureAwait(false);
                    if (!moved.IsOk)
                    {
                        yield return moved.Error;
                        yield break;
                    }

                    if (!moved.Value || (isOneKey && HasEnough))
                    {
                        break;
                    }

                    yield return new Answer(reader.ItemKey, reader.Take(), default, 1);
                }
            }
        }
    }

    private static async ValueTask<Result<Answer>> ReadAsync(SortedWalk walk, ItemNumber item, CancellationToken cancellationToken)
    {
        Result<IndexedItem> read = await walk.Reading.Index.ReadAsync(item, cancellationToken).ConfigureAwait(false);
        return read.IsOk ? new Answer(read.Value.ItemKey, read.Value.Document, default, 1) : read.Error;
    }

    private static bool IsUndefined(SortPosition position) =>
        position.IndexKeyOf(0, out _) is [var marker] && marker == IndexKey.MarkerOf(IndexValueKind.Undefined);

    /// <summary>By the value at which walks stand.</summary>
    private sealed class ByValue(bool isDescending) : IComparer<SortedWalk>
    {
        public int Compare(SortedWalk? x, SortedWalk? y)
        {
            int order = x!.Cursor!.Value.Span.SequenceCompareTo(y!.Cursor!.Value.Span);
            return isDescending ? -order : order;
        }
    }
}
