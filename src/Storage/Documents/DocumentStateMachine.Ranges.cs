using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Core.StateMachines;
using Nacre.Storage.Indexes;

namespace Nacre.Storage.Documents;

/// <content>Range commands: what the shard owns.</content>
internal sealed partial class DocumentStateMachine
{
    private readonly List<TabletId> _dropping = [];
    private readonly List<IndexSetId> _droppingSets = [];

    private CommandOutcome ApplyRange(LogIndex index, ReadOnlySpan<byte> command)
    {
        Result<RangeCommand> decoded = RangeCommand.Decode(command);
        if (!decoded.IsOk)
        {
            throw Unreadable(index, decoded.Error);
        }

        RangeCommand asked = decoded.Value;
        return asked.Definition is { } definition ? Activate(definition, asked.LsnBase)
            : asked.Indexing is { } policy ? SetIndexing(asked.Range, policy)
            : Drop(asked.Range);
    }

    private CommandOutcome Activate(RangeDefinition definition, ulong lsnBase)
    {
        if (_ranges.TryGet(definition.Range, out RangeState? owned))
        {
            // Control asks again when an answer was lost.
            bool same = owned.Definition == definition && owned.LsnBase == lsnBase;
            return same
                ? new CommandOutcome(ErrorCode.None, default, CommandEffect.None, default) { Time = TimeTold }
                : CommandOutcome.Refused(ErrorCode.AlreadyExists);
        }

        var tablet = new TabletId(_nextTablet);
        _nextTablet = checked(_nextTablet + 1);
        _ranges.Add(new RangeState(definition, tablet, lsnBase, new RememberedOutcomes())
        {
            // There is nothing to be indexed yet, so all of it is.
            Index = definition.Indexing is { Mode: IndexingMode.Consistent } policy ? NewIndexSet(policy, built: null) : null,
        });
        return new CommandOutcome(ErrorCode.None, default, CommandEffect.Created, default) { Time = TimeTold };
    }

    private CommandOutcome Drop(RangeId range)
    {
        if (!_ranges.TryGet(range, out RangeState? owned))
        {
            return CommandOutcome.Refused(ErrorCode.NotFound);
        }

        _ranges.Remove(range);
        _storedBytes -= owned.StoredBytes;
        _dropping.Add(owned.Tablet);
        _droppingSets.AddRange(owned.Sets.Select(set => set.Id));
        return new CommandOutcome(ErrorCode.None, default, CommandEffect.None, default) { Time = TimeTold };
    }

    private IndexSet NewIndexSet(IndexingPolicy policy, byte[]? built)
    {
        var id = new IndexSetId(_nextIndexSet);
        _nextIndexSet = checked(_nextIndexSet + 1);
        return new IndexSet(id, policy, built);
    }
}
