using Microsoft.Extensions.Logging;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Hashing;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Core.Time;
using Nacre.Storage.Snapshots;

namespace Nacre.Storage.Control;

/// <summary>
/// The control shard's state machine: the catalogue. Its state is one immutable value, so that readers see a
/// consistent point without locks and a checkpoint needs no copy.
/// </summary>
/// <remarks>
/// <see cref="Current"/> and the members that <see cref="IStateMachine"/> names are for any thread, all else belongs
/// to the applier. Control entries are few and small: a checkpoint is written whole, on the applier's turn.
/// </remarks>
public sealed class ControlStateMachine : IStateMachine, ICatalogChanges
{
    // Invariants:
    // - the state is a function of the entries applied so far, and of nothing else;
    // - entries are applied once each, in order: index = applied + 1, and a command's sequence is one above the last;
    // - of the two checkpoints kept, the older one and the log from there give the newest state.

    private readonly ControlCheckpointFolder _folder;
    private ControlState _state;
    private ControlCheckpoint? _newest;
    private ControlCheckpoint? _older;
    private ulong _lastGeneration;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ControlStateMachine(ControlCheckpointFolder folder, ControlState state, ControlCheckpoint? newest, ControlCheckpoint? older, ulong lastGeneration)
    {
        _folder = folder;
        _state = state;
        _newest = newest;
        _older = older;
        _lastGeneration = lastGeneration;
    }

    /// <inheritdoc/>
    public Catalog Current => State.Catalog;

    /// <inheritdoc/>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <inheritdoc/>
    public LogIndex Applied => Current.Applied;

    /// <inheritdoc/>
    public Sequence AppliedSequence => State.Sequence;

    /// <inheritdoc/>
    public DateTimeOffset AppliedTime => State.Time;

    /// <inheritdoc/>
    public ulong RunningHash => State.Hash;

    /// <inheritdoc/>
    public bool KeepsReplicaSet => true;

    /// <inheritdoc/>
    public LoggedReplicaSet? AppliedSet => State.ReplicaSet;

    /// <inheritdoc/>
    /// <remarks>Always true: control entries take next to no space, and a full disk is freed by deleting.</remarks>
    public bool HasRoom => true;

    /// <summary>All that is remembered, as of the last applied entry.</summary>
    internal ControlState State => Volatile.Read(ref _state);

    /// <summary>The checkpoints that are kept, newest first; what data keys they need is among it.</summary>
    public IReadOnlyList<ControlCheckpoint> Checkpoints => [.. new[] { _newest, _older }.OfType<ControlCheckpoint>()];

    /// <summary>Recovers the newest checkpoint that is whole.</summary>
    /// <param name="folder">The control shard's folder; made with the first checkpoint.</param>
    /// <param name="files">The file system.</param>
    /// <param name="keys">Where sealing keys come from.</param>
    /// <param name="random">Chance for salts.</param>
    /// <param name="logger">Where damage is reported.</param>
    /// <returns>
    /// The machine; Unsupported when a later version of the program wrote the checkpoint. A damaged checkpoint is
    /// reported and passed over: the log then holds what it held, or the replica's start says that it does not.
    /// Throws <see cref="StorageFaultException"/> when the disk fails.
    /// </returns>
    public static Result<ControlStateMachine> Open(
        string folder, IFileSystem files, IDataKeys keys, IRandomSource random, ILogger logger)
    {
        new SnapshotFolder(folder, files).FinishInstall();
        var checkpoints = new ControlCheckpointFolder(folder, files, keys, random);
        IReadOnlyList<ulong> generations = checkpoints.Generations();
        ControlState state = ControlState.Empty;
        var whole = new List<ControlCheckpoint>();
        foreach (ulong generation in generations)
        {
            try
            {
                Result<(ControlCheckpoint Checkpoint, ControlState State)> read = checkpoints.Read(generation);
                if (!read.IsOk)
                {
                    return read.Error;
                }

                if (whole.Count == 0)
                {
                    state = read.Value.State;
                    ControlLog.Recovered(logger, generation, read.Value.Checkpoint.Applied);
                }

                whole.Add(read.Value.Checkpoint);
            }
            catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.Corrupt)
            {
                ControlLog.CheckpointDamaged(logger, generation, fault);
            }
        }

        return new ControlStateMachine(
            checkpoints, state, whole.ElementAtOrDefault(0), whole.ElementAtOrDefault(1), generations.Count > 0 ? generations[0] : 0);
    }

    /// <summary>The control shard's snapshots; for as long as the folder is its own.</summary>
    /// <param name="folder">As for <see cref="Open"/>.</param>
    /// <param name="files">The file system.</param>
    /// <param name="keys">Where sealing keys come from.</param>
    /// <param name="random">Not drawn from.</param>
    public static IShardSnapshots Snapshots(string folder, IFileSystem files, IDataKeys keys, IRandomSource random) =>
        new ControlSnapshots(folder, files, keys, random);

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<LogRecord> records, Span<CommandOutcome> outcomes)
    {
        ControlState state = _state;
        for (int at = 0; at < records.Length; at++)
        {
            outcomes[at] = Apply(ref state, records[at]);
        }

        Volatile.Write(ref _state, state);
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <inheritdoc/>
    public Task<LogIndex> BeginCheckpoint()
    {
        try
        {
            ControlCheckpoint written = _folder.Write(++_lastGeneration, _state);
            (_newest, _older) = (written, _newest);
            foreach (ulong generation in _folder.Generations().Where(generation => generation != written.Generation && generation != _older?.Generation))
            {
                _folder.Delete(generation);
            }

            return Task.FromResult(_older?.Applied ?? default);
        }
        catch (StorageFaultException fault)
        {
            return Task.FromException<LogIndex>(fault);
        }
    }

    /// <inheritdoc/>
    public bool Maintain() => false;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static CommandOutcome Apply(ref ControlState state, in LogRecord record)
    {
        Invariant.Check(record.Index == state.Catalog.Applied.Next);
        if (EntryCodec.Decode(record.Entry, out EntryHeader header, out ReadOnlyMemory<byte> command) is { } unreadable)
        {
            throw Corrupt(record, unreadable.Message);
        }

        CheckOrigin(state, record, header);
        Invariant.Check(header.Time >= state.Time);
        state = state with { Time = header.Time, Outcomes = state.Outcomes.Prune(header.Time) };
        CommandOutcome outcome = default;
        if (header.Kind == EntryKind.Control)
        {
            Invariant.Check(header.Sequence == state.Sequence.Next);
            state = state with { Sequence = header.Sequence };
            outcome = Execute(ref state, record, header, command.Span);
        }
        else
        {
            Invariant.Check(header.Sequence == state.Sequence);
            if (header.Kind == EntryKind.Configuration)
            {
                Result<ReplicaSet> set = ReplicaSetCodec.Decode(command.Span);
                state = state with
                {
                    ReplicaSet = set.IsOk ? new LoggedReplicaSet(record.Index, set.Value) : throw Corrupt(record, set.Error.Message),
                };
            }
        }

        state = state with
        {
            Catalog = state.Catalog with { Applied = record.Index },
            Hash = HashOf(state.Hash, record, outcome),
        };
        return outcome;
    }

    private static CommandOutcome Execute(ref ControlState state, in LogRecord record, in EntryHeader header, ReadOnlySpan<byte> bytes)
    {
        Result<ControlCommand> command = ControlCommandCodec.Decode(bytes);
        if (!command.IsOk)
        {
            throw Corrupt(record, command.Error.Message);
        }

        IdempotencyKey key = header.Idempotency;
        if (key.IsNone)
        {
            return ControlRules.Execute(ref state, command.Value, header.Sequence, header.Time);
        }

        state = state with { Outcomes = state.Outcomes.Hear(key) };
        if (state.Outcomes.Find(key) is { } known)
        {
            return known;
        }

        CommandOutcome outcome = ControlRules.Execute(ref state, command.Value, header.Sequence, header.Time);
        state = state with { Outcomes = state.Outcomes.Remember(key, outcome, header.Time) };
        return outcome;
    }

    private static void CheckOrigin(ControlState state, in LogRecord record, in EntryHeader header)
    {
        if (header.Shard != ShardId.Control || header.Kind == EntryKind.Data)
        {
            throw Corrupt(record, $"It is an entry of kind {header.Kind} of shard {header.Shard}, not one of the control shard.");
        }

        if (state.Catalog.Cluster.Value != 0 && header.Cluster != state.Catalog.Cluster)
        {
            throw Corrupt(record, $"It is an entry of cluster {header.Cluster}; this is {state.Catalog.Cluster}.");
        }
    }

    private static ulong HashOf(ulong before, in LogRecord record, in CommandOutcome outcome)
    {
        ulong entry = Murmur3.Hash128(record.Entry.Span, before).First;
        return Murmur3.Hash128(outcome.Detail.Span, new UInt128(entry, ((ulong)outcome.Code << 8) | (ulong)outcome.Flags)).First;
    }

    private static StorageFaultException Corrupt(in LogRecord record, string detail) =>
        new(StorageFaultKind.Corrupt, "log", $"shard {ShardId.Control}, entry {record.Index}", detail);
}
