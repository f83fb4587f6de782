using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Query.Evaluation;
using Nacre.Query.Values;

namespace Nacre.Server.Queries;

/// <summary>Fills one page: items go through the pipeline, rows onto the page, and where it ends is remembered.</summary>
/// <param name="task">What is asked.</param>
/// <param name="pipeline">A fresh one.</param>
/// <param name="page">An empty one.</param>
/// <remarks>Not thread-safe: its request's.</remarks>
internal sealed class QueryFilling(QueryTask task, QueryPipeline pipeline, QueryPage page)
{
    // Invariants:
    // - Rest is set at most once, and then no row is added any more.

    private readonly bool _isStreamed = task.Query is { IsPaged: true, IsOrdered: false };
    private bool _hasLooked;

    /// <summary>The page.</summary>
    public QueryPage Page => page;

    /// <summary>Where the next page goes on; null while this one is the last.</summary>
    public QueryContinuation? Rest { get; private set; }

    /// <summary>Whether a row had no room on the page.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Whether further items would change nothing.</summary>
    public bool IsOver => Rest is not null || IsFull || pipeline.IsDone;

    /// <summary>Rows sorted so far, those of earlier pages left out.</summary>
    public long RowsSorted => pipeline.RowsSorted;

    /// <summary>Whether the page may end behind the item that was taken last: rows come as items do, and all of it are on the page.</summary>
    public bool MayEnd => _isStreamed && _hasLooked && !IsOver;

    /// <summary>Takes an item.</summary>
    /// <returns>What the pipeline refuses with.</returns>
    public Result<Unit> Take(IItemSource source)
    {
        ReadOnlyMemory<byte> document = source.Document;
        if (source.IsRead)
        {
            page.Count(document.Length);
        }

        long skip = _isStreamed && !_hasLooked ? SkipOf(source.ItemKey.Span) : 0;
        _hasLooked = true;
        long before = pipeline.Passed;
        Result<Unit> added = source.Times == 1
            ? pipeline.Add(document, source.ItemKey, skip)
            : pipeline.AddAlike(document, source.Times);
        if (!added.IsOk)
        {
            return added;
        }

        while (pipeline.TryTake(out QueryValue row))
        {
            if (!page.TryAdd(row))
            {
                IsFull = true;
                EndInside(source, pipeline.Passed - 1, skip + pipeline.Passed - 1 - before);
                return Unit.Value;
            }
        }

        if (_isStreamed && pipeline.IsDone && !pipeline.IsLimitReached)
        {
            EndInside(source, pipeline.Passed, skip + pipeline.Passed - before);
        }

        return Unit.Value;
    }

    /// <summary>Ends the page behind the item that was taken last.</summary>
    /// <param name="source">Stands at that item.</param>
    public void EndBehind(IItemSource source)
    {
        Invariant.Check(MayEnd);
        Invariant.Check(Rest is null);
        Rest = task.At(pipeline.Passed) with { ItemKey = source.ItemKey.ToArray(), IsItemDone = true };
    }

    /// <summary>Ends the reading of items: takes the rows that had to wait for the last one.</summary>
    /// <returns>What the pipeline refuses with.</returns>
    public Result<Unit> Finish()
    {
        if (Rest is not null || IsFull)
        {
            return Unit.Value;
        }

        Result<Unit> finished = pipeline.Finish();
        if (!finished.IsOk)
        {
            return finished;
        }

        SortPosition? last = null;
        while (pipeline.TryTake(out QueryValue row))
        {
            if (!page.TryAdd(row))
            {
                IsFull = true;
                Rest = task.At(pipeline.Passed - 1) with { After = last };
                break;
            }

            last = pipeline.Position;
        }

        return Unit.Value;
    }

    private void EndInside(IItemSource source, long passed, long rowsOfItem) =>
        Rest = task.At(passed) with { ItemKey = source.ItemKey.ToArray(), RowsOfItem = rowsOfItem };

    /// <summary>Rows of the first item that the page before went past; none when that item is gone.</summary>
    private long SkipOf(ReadOnlySpan<byte> itemKey) =>
        task.From is { After: null, IsItemDone: false } from && itemKey.SequenceEqual(from.ItemKey.Span) ? from.RowsOfItem : 0;
}
