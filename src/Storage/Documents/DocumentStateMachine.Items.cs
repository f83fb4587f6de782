using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Storage.Records;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <content>Item commands: every operation is judged first, then all take effect, or none.</content>
internal sealed partial class DocumentStateMachine
{
    private readonly ItemOperation[] _operations = new ItemOperation[ItemCommand.MaxOperations];
    private readonly ItemVersion?[] _before = new ItemVersion?[ItemCommand.MaxOperations];
    private readonly byte[] _itemTreeKey = new byte[TabletKey.TabletBytes + ItemKey.MaxBytes];
    private readonly byte[] _recordHeader = new byte[ItemRecord.MaxHeaderBytes];
    private long _written;

    private CommandOutcome ApplyItems(LogIndex index, in EntryHeader header, ReadOnlyMemory<byte> command)
    {
        if (!_ranges.TryGet(header.Range, out RangeState? range) ||
            range.Definition.Generation != header.Generation ||
            range.Definition.Container != header.Container)
        {
            return CommandOutcome.Refused(ErrorCode.RangeMoved);
        }

        if (!header.Idempotency.IsNone &&
            !range.Outcomes.TryBegin(header.Idempotency, _time, out CommandOutcome answer))
        {
            return answer;
        }

        if (ItemCommand.Read(command, _operations, out int count) is { } error)
        {
            throw Unreadable(index, error);
        }

        CommandOutcome outcome = Execute(range, _operations.AsSpan(0, count));
        _operations.AsSpan(0, count).Clear();
        if (!header.Idempotency.IsNone)
        {
            range.Outcomes.Remember(header.Idempotency, _time, outcome);
        }

        return outcome;
    }

    private CommandOutcome Execute(RangeState range, ReadOnlySpan<ItemOperation> operations)
    {
        for (int ordinal = 0; ordinal < operations.Length; ordinal++)
        {
            ErrorCode refusal = Judge(range, operations, ordinal);
            if (refusal != ErrorCode.None)
            {
                return operations.Length == 1
                    ? CommandOutcome.Refused(refusal)
                    : CommandOutcome.Refused(refusal) with { Detail = new[] { (byte)ordinal } };
            }
        }

        var lsn = new Lsn(_sequence.Value + range.LsnBase);
        Invariant.Check(lsn.Value < 1UL << 53);
        for (int ordinal = 0; ordinal < operations.Length; ordinal++)
        {
            TakeEffect(range, operations[ordinal], _before[ordinal], lsn, (ushort)ordinal);
        }

        _ranges.SetLastLsn(range, lsn);
        if (operations.Length == 1)
        {
            return new CommandOutcome(ErrorCode.None, lsn, EffectOf(0), default) { Time = TimeTold };
        }

        CommandEffect effect = CommandEffect.None;
        byte[] effects = new byte[operations.Length];
        for (int ordinal = 0; ordinal < operations.Length; ordinal++)
        {
            effect |= EffectOf(ordinal);
            effects[ordinal] = (byte)EffectOf(ordinal);
        }

        return new CommandOutcome(ErrorCode.None, lsn, effect, effects) { Time = TimeTold };
    }

    private CommandEffect EffectOf(int ordinal) =>
        _before[ordinal] is null ? CommandEffect.Created : CommandEffect.None;

    /// <summary>Finds the version that an operation meets, and says whether the operation may take effect.</summary>
    private ErrorCode Judge(RangeState range, ReadOnlySpan<ItemOperation> operations, int ordinal)
    {
        ref readonly ItemOperation operation = ref operations[ordinal];
        ReadOnlySpan<byte> key = operation.Key.Span;
        if (!ItemKey.TrySplit(key, out int partitionLength, out _))
        {
            return ErrorCode.Malformed;
        }

        if (ordinal == 0)
        {
            if (!range.Definition.Interval.Contains(ItemKey.HashOf(key)))
            {
                return ErrorCode.RangeMoved;
            }
        }
        else if (!operations[0].Key.Span.StartsWith(key[..partitionLength]) ||
            !ItemKey.TrySplit(operations[0].Key.Span, out int firstLength, out _) || firstLength != partitionLength)
        {
            return ErrorCode.Malformed;
        }

        bool known = false;
        for (int earlier = ordinal - 1; earlier >= 0 && !known; earlier--)
        {
            if (operations[earlier].Key.Span.SequenceEqual(key))
            {
                _before[ordinal] = After(range, operations, earlier);
                known = true;
            }
        }

        if (!known)
        {
            _before[ordinal] = Find(range.Tablet, key);
        }

        return Judge(operation, _before[ordinal]);
    }

    private static ErrorCode Judge(in ItemOperation operation, ItemVersion? before)
    {
        switch (operation.Kind)
        {
            case ItemOperationKind.Create when before is not null:
                return ErrorCode.AlreadyExists;
            case ItemOperationKind.Replace or ItemOperationKind.Delete when before is null:
                return ErrorCode.NotFound;
        }

        bool holds = operation.Precondition.Kind switch
        {
            PreconditionKind.None => true,
            PreconditionKind.IfMatch => before is { } version && version.Lsn == operation.Precondition.Lsn,
            PreconditionKind.IfAbsent => before is null,
            _ => before is not null,
        };
        return holds ? ErrorCode.None : ErrorCode.PreconditionFailed;
    }

    /// <summary>What an operation of this command, once it takes effect, leaves of its item.</summary>
    private ItemVersion? After(RangeState range, ReadOnlySpan<ItemOperation> operations, int ordinal)
    {
        ref readonly ItemOperation operation = ref operations[ordinal];
        if (operation.Kind == ItemOperationKind.Delete)
        {
            return null;
        }

        var lsn = new Lsn(_sequence.Value + range.LsnBase);
        Lsn created = _before[ordinal]?.Created ?? lsn;
        int header = ItemRecord.WriteHeader(
            operation.Key.Span, lsn.Value - created.Value, Timestamp, operation.Body.Span, _recordHeader);
        return Numbered(
            range, new ItemVersion(lsn, (ushort)ordinal, operation.Body.Length, created, header), _before[ordinal]);
    }

    /// <summary>A replaced item keeps its number, where there are indexes to know it by.</summary>
    private static ItemVersion Numbered(RangeState range, in ItemVersion version, in ItemVersion? before) =>
        range.KeepsNumbers && before is { } old ? version.WithNumber(old.Number) : version;

    private ItemVersion? Find(TabletId tablet, ReadOnlySpan<byte> itemKey)
    {
        int length = TabletKey.WriteItem(tablet, itemKey, _itemTreeKey);
        if (!_trees.Items.TryGet(_itemTreeKey.AsSpan(0, length), out TreeValue value))
        {
            return null;
        }

        return VersionOf(tablet, value.Span);
    }

    private ItemVersion VersionOf(TabletId tablet, ReadOnlySpan<byte> value) =>
        ItemVersion.TryRead(value, out ItemVersion version)
            ? version
            : throw new StorageFaultException(
                StorageFaultKind.Corrupt, $"item tree of shard {_options.Shard}", $"tablet {tablet}",
                "An entry's value makes no sense");

    private void TakeEffect(RangeState range, in ItemOperation operation, ItemVersion? before, Lsn lsn, ushort ordinal)
    {
        ReadOnlySpan<byte> key = operation.Key.Span;
        Span<byte> treeKey = _itemTreeKey.AsSpan(0, TabletKey.WriteItem(range.Tablet, key, _itemTreeKey));
        Span<byte> changeKey = stackalloc byte[TabletKey.ChangeBytes];
        if (before is { } old)
        {
            TabletKey.WriteChange(range.Tablet, old.Lsn, old.Ordinal, changeKey);
            _trees.Changes.DeleteLater(changeKey);
            range.Items--;
            range.DocumentBytes -= old.Length;
            Store(range, -old.StoredBytes);
        }

        if (operation.Kind == ItemOperationKind.Delete)
        {
            _trees.Items.Delete(treeKey);
            if (range.KeepsNumbers)
            {
                Move(range, before, null);
                UpdateEntries(range, key, before!.Value.Number, before, default);
            }

            return;
        }

        ReadOnlySpan<byte> body = operation.Body.Span;
        Lsn created = before?.Created ?? lsn;
        int header = ItemRecord.WriteHeader(key, lsn.Value - created.Value, Timestamp, body, _recordHeader);
        ItemVersion version = Numbered(range, new ItemVersion(lsn, ordinal, body.Length, created, header), before);
        WriteRecords(range.Tablet, version, body);
        Span<byte> value = stackalloc byte[ItemVersion.MaxBytes];
        _trees.Items.Put(treeKey, value[..version.Write(value)]);
        TabletKey.WriteChange(range.Tablet, lsn, ordinal, changeKey);
        _trees.Changes.PutLater(changeKey, default);
        range.Items++;
        range.DocumentBytes += body.Length;
        Store(range, version.StoredBytes);
        _written += version.StoredBytes;
        if (range.KeepsNumbers)
        {
            Move(range, before, version);
            UpdateEntries(range, key, version.Number, before, body);
        }
    }

    private void Store(RangeState range, long bytes)
    {
        range.StoredBytes += bytes;
        _storedBytes += bytes;
    }

    /// <summary>Writes a version's records; the header stands in its buffer.</summary>
    private void WriteRecords(TabletId tablet, in ItemVersion version, ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> first = body[..Math.Min(body.Length, ItemRecord.ChunkBytes)];
        ReadOnlySpan<byte> header = _recordHeader.AsSpan(0, version.HeaderBytes);
        _store.Items.Write(RecordKey.Item(tablet, version.Lsn, version.Ordinal, 0), header, first);
        if (first.Length == body.Length)
        {
            return;
        }

        Span<byte> chunkHeader = stackalloc byte[ItemRecord.ChunkHeaderBytes];
        ItemRecord.WriteChunkHeader(chunkHeader);
        int chunks = ItemRecord.ChunksOf(body.Length);
        for (int chunk = 1; chunk < chunks; chunk++)
        {
            ReadOnlySpan<byte> part = body.Slice(
                chunk * ItemRecord.ChunkBytes, ItemRecord.ChunkLength(body.Length, chunk));
            _store.Items.Write(RecordKey.Item(tablet, version.Lsn, version.Ordinal, (ushort)chunk), chunkHeader, part);
        }
    }
}
