using Nacre.Core;
using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Core.StateMachines;
using Nacre.Storage.Indexes;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <content>
/// Indexes under another policy, built beside those that serve: item by item in item order, between batches. What each
/// replica has built is its own affair; that it builds is in the log.
/// </content>
internal sealed partial class DocumentStateMachine
{
    /// <summary>Items that a slice of a build indexes.</summary>
    private const int BuildSliceItems = 64;

    /// <summary>Bytes of documents after which a slice ends.</summary>
    private const int BuildSliceBytes = 256 * 1024;

    private CommandOutcome SetIndexing(RangeId id, IndexingPolicy policy)
    {
        if (!_ranges.TryGet(id, out RangeState? range))
        {
            return CommandOutcome.Refused(Core.Errors.ErrorCode.NotFound);
        }

        if (range.Definition.Indexing != policy)
        {
            range.Definition = range.Definition with { Indexing = policy };
            Discard(range.Building);
            range.Building = null;
            if (policy.Mode == IndexingMode.None)
            {
                Discard(range.Index);
                range.Index = null;
            }
            else if (range.Index?.Policy != policy)
            {
                range.Building = NewIndexSet(policy, built: []);
            }

            _ranges.IndexesChanged();
        }

        return new CommandOutcome(Core.Errors.ErrorCode.None, default, CommandEffect.None, default) { Time = TimeTold };
    }

    /// <summary>Lets a set's entries go, in the background.</summary>
    private void Discard(IndexSet? set)
    {
        if (set is not null)
        {
            _droppingSets.Add(set.Id);
        }
    }

    /// <summary>Does some of a build.</summary>
    /// <returns>True when there is more to do now: on a full disk, or with buffers full, there is not.</returns>
    private bool BuildSlice()
    {
        if (!HasRoom || _trees.BufferedBytes > _options.BufferBytes || NextBuild() is not { } range)
        {
            return false;
        }

        IndexSet set = range.Building!;
        TreeCursor cursor = _trees.Items.Publish().Seek(
            BeginOf(range.Tablet, set.Built!), inclusive: true, TabletKey.EndOf(range.Tablet));
        try
        {
            long bytes = 0;
            for (int items = 0; items < BuildSliceItems && bytes < BuildSliceBytes; items++)
            {
                if (!Wait(cursor.MoveNextAsync(CancellationToken.None)))
                {
                    Finish(range, set);
                    return NextBuild() is not null;
                }

                bytes += Build(range, set, cursor.Key.Span[TabletKey.TabletBytes..], cursor.Value.Span);
            }

            return true;
        }
        finally
        {
            ValueTask disposal = cursor.DisposeAsync();
            System.Diagnostics.Debug.Assert(disposal.IsCompleted);
        }
    }

    /// <summary>Indexes one item.</summary>
    /// <returns>Bytes of its document.</returns>
    private int Build(RangeState range, IndexSet set, ReadOnlySpan<byte> itemKey, ReadOnlySpan<byte> value)
    {
        ItemVersion version = VersionOf(range.Tablet, value);
        Collect(ReadBody(range.Tablet, version, itemKey), set, _termsAfter);
        for (int at = 0; at < _termsAfter.Count; at++)
        {
            PutEntry(_termsAfter, at, version.Number);
        }

        // The shortest key above this one.
        set.Built = [.. itemKey, 0];
        return version.Length;
    }

    /// <summary>A build is done: its indexes take the place of those before.</summary>
    private void Finish(RangeState range, IndexSet set)
    {
        Invariant.Check(range.Building == set);
        set.Built = null;
        Discard(range.Index);
        range.Index = set;
        range.Building = null;
        _ranges.IndexesChanged();
    }

    /// <summary>The range whose indexes are built next; null for none.</summary>
    private RangeState? NextBuild()
    {
        RangeState? next = null;
        foreach (RangeState range in _ranges.All)
        {
            next = range.Building is not null && (next is null || range.Tablet < next.Tablet) ? range : next;
        }

        return next;
    }

    private static byte[] BeginOf(TabletId tablet, byte[] itemKey) => [.. TabletKey.BeginOf(tablet), .. itemKey];
}
