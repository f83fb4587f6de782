using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Tests.Doubles;

/// <summary>A data shard that knows which ranges it owns, and nothing else.</summary>
internal sealed class RangeMachine : IStateMachine
{
    private ulong _applied;

    public SortedDictionary<RangeId, RangeDefinition> Ranges { get; } = [];

    public LogIndex Applied => new(Volatile.Read(ref _applied));

    public Sequence AppliedSequence { get; private set; }

    public DateTimeOffset AppliedTime { get; private set; }

    public bool HasRoom { get; set; } = true;

    public ulong RunningHash => 0;

    public void Apply(ReadOnlySpan<LogRecord> records, Span<CommandOutcome> outcomes)
    {
        for (int at = 0; at < records.Length; at++)
        {
            Invariant.Check(EntryCodec.Decode(records[at].Entry, out EntryHeader header, out ReadOnlyMemory<byte> command) is null);
            AppliedSequence = header.Sequence;
            AppliedTime = header.Time;
            outcomes[at] = header.Kind == EntryKind.NoOp ? default : CommandOutcome.Refused(Execute(RangeCommand.Decode(command.Span).Value));
            Volatile.Write(ref _applied, records[at].Index.Value);
        }
    }

    public Task<LogIndex> BeginCheckpoint() => throw new InvalidOperationException("This shard lives by its log alone.");

    public bool Maintain() => false;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ErrorCode Execute(RangeCommand command)
    {
        if (command.Kind == CommandKind.DropRange)
        {
            return Ranges.Remove(command.Range) ? ErrorCode.None : ErrorCode.NotFound;
        }

        if (command.Kind == CommandKind.SetIndexing)
        {
            if (!Ranges.TryGetValue(command.Range, out RangeDefinition? owned))
            {
                return ErrorCode.NotFound;
            }

            Ranges[command.Range] = owned with { Indexing = command.Indexing };
            return ErrorCode.None;
        }

        return Ranges.TryAdd(command.Range, command.Definition!) || Ranges[command.Range] == command.Definition
            ? ErrorCode.None
            : ErrorCode.AlreadyExists;
    }
}
