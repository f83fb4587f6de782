using System.Buffers.Binary;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Hashing;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Documents;

/// <content>Entries: order, time, the running hash.</content>
internal sealed partial class DocumentStateMachine
{
    /// <summary>
    /// What documents written now are stamped with: whole milliseconds, since more take space in every record.
    /// </summary>
    private ulong Timestamp => (ulong)Math.Max(0, _time.ToUnixTimeMilliseconds());

    /// <summary>The same, as callers are told it.</summary>
    private DateTimeOffset TimeTold => DateTimeOffset.FromUnixTimeMilliseconds((long)Timestamp);

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<LogRecord> records, Span<CommandOutcome> outcomes)
    {
        Invariant.Check(outcomes.Length >= records.Length);
        long logBytes = _store.Items.LogBytes;
        _written = 0;
        for (int at = 0; at < records.Length; at++)
        {
            ref readonly LogRecord record = ref records[at];
            Invariant.Check(record.Index == _applied.Next);
            outcomes[at] = ApplyEntry(record);
            _applied = record.Index;
            Hash(record.Entry.Span, outcomes[at]);
        }

        _itemFill.Learn(_written, _store.Items.LogBytes - logBytes);
        _oldDocuments.Forget(_applied);
        RelieveBuffers(records.Length);
        Publish();
    }

    private CommandOutcome ApplyEntry(in LogRecord record)
    {
        if (EntryCodec.Decode(record.Entry, out EntryHeader header, out ReadOnlyMemory<byte> command) is { } error)
        {
            throw Unreadable(record.Index, error);
        }

        Invariant.Check(header.Cluster == _options.Cluster);
        Invariant.Check(header.Shard == _options.Shard);
        if (header.Time > _time)
        {
            _time = header.Time;
        }

        if (header.Kind is EntryKind.NoOp or EntryKind.Configuration)
        {
            Invariant.Check(header.Sequence == _sequence);
            if (header.Kind == EntryKind.Configuration)
            {
                ApplyConfiguration(record.Index, command.Span);
            }

            return default;
        }

        Invariant.Check(header.Kind == EntryKind.Data);
        Invariant.Check(header.Sequence == _sequence.Next);
        _sequence = header.Sequence;
        var kind = command.IsEmpty ? CommandKind.None : (CommandKind)command.Span[0];
        return kind switch
        {
            CommandKind.Items => ApplyItems(record.Index, header, command),
            CommandKind.ActivateRange or CommandKind.DropRange or CommandKind.SetIndexing =>
                ApplyRange(record.Index, command.Span),
            _ => throw Unreadable(
                record.Index, new NacreError(ErrorCode.Unsupported, $"It has a command of unknown kind {(byte)kind}.")),
        };
    }

    private void ApplyConfiguration(LogIndex index, ReadOnlySpan<byte> command)
    {
        Result<ReplicaSet> set = ReplicaSetCodec.Decode(command);
        AppliedSet = set.IsOk ? new LoggedReplicaSet(index, set.Value) : throw Unreadable(index, set.Error);
    }

    /// <summary>
    /// Takes an entry and its outcome into the running hash. Replicas that were given the same entries and came to
    /// different outcomes, or the other way round, never agree again.
    /// </summary>
    private void Hash(ReadOnlySpan<byte> entry, in CommandOutcome outcome)
    {
        (ulong first, ulong second) = Murmur3.Hash128(entry, new UInt128(_applied.Value, _hash));
        Span<byte> came = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(came, outcome.Lsn.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(came[8..], (ushort)outcome.Code);
        came[10] = (byte)outcome.Flags;
        came[11..].Clear();
        (first, second) = Murmur3.Hash128(came, new UInt128(second, first));
        if (!outcome.Detail.IsEmpty)
        {
            (first, _) = Murmur3.Hash128(outcome.Detail.Span, new UInt128(second, first));
        }

        _hash = first;
    }

    /// <summary>What was committed cannot be applied: this program is too old, or memory or log lie.</summary>
    private StorageFaultException Unreadable(LogIndex index, NacreError error) =>
        new(StorageFaultKind.Corrupt, $"log of shard {_options.Shard}", $"entry {index}", error.Message);
}
