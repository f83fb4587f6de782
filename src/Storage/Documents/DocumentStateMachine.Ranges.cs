using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Documents;

/// <content>Range commands: what the shard owns.</content>
internal sealed partial class DocumentStateMachine
{
    private readonly List<TabletId> _dropping = [];

    private CommandOutcome ApplyRange(LogIndex index, ReadOnlySpan<byte> command)
    {
        Result<RangeCommand> decoded = RangeCommand.Decode(command);
        if (!decoded.IsOk)
        {
            throw Unreadable(index, decoded.Error);
        }

        RangeCommand asked = decoded.Value;
        return asked.Definition is { } definition ? Activate(definition, asked.LsnBase) : Drop(asked.Range);
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
        _ranges.Add(new RangeState(definition, tablet, lsnBase, new RememberedOutcomes()));
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
        return new CommandOutcome(ErrorCode.None, default, CommandEffect.None, default) { Time = TimeTold };
    }
}
