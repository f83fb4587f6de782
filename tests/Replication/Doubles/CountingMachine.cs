using System.Buffers.Binary;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Tests.Doubles;

/// <summary>A state machine that keeps every command it was given, and answers with the command's sequence as LSN.</summary>
internal sealed class CountingMachine : IStateMachine
{
    private readonly MachineDisk _disk;
    private readonly List<byte[]> _commands;
    private ulong _applied;
    private ulong _sequence;
    private ulong _hash;
    private int _inside;

    public CountingMachine(MachineDisk disk)
    {
        _disk = disk;
        MachineCheckpoint? recovered = disk.Newest;
        _commands = [.. recovered?.Commands ?? []];
        _applied = recovered?.Applied.Value ?? 0;
        _sequence = recovered?.Sequence.Value ?? 0;
        _hash = recovered?.Hash ?? 0;
        AppliedTime = recovered?.Time ?? default;
        AppliedSet = recovered?.Set;
    }

    public LogIndex Applied => new(Volatile.Read(ref _applied));

    public Sequence AppliedSequence => new(Volatile.Read(ref _sequence));

    public DateTimeOffset AppliedTime { get; private set; }

    public bool HasRoom { get; set; } = true;

    public bool KeepsReplicaSet { get; set; } = true;

    public LoggedReplicaSet? AppliedSet { get; private set; }

    public long StoredBytes { get; set; }

    public ulong RunningHash => Volatile.Read(ref _hash);

    /// <summary>All commands, in the order of their application.</summary>
    public IReadOnlyList<byte[]> Commands => _commands;

    /// <summary>Sizes of the batches that were applied.</summary>
    public List<int> Batches { get; } = [];

    public List<EntryHeader> Headers { get; } = [];

    /// <summary>What the next apply throws, once.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Slices of maintenance still wanted.</summary>
    public int MaintenanceLeft { get; set; }

    /// <summary>Ends with the last slice of maintenance.</summary>
    public TaskCompletionSource Maintained { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsDisposed { get; private set; }

    /// <summary>When set, applying waits for it.</summary>
    public ManualResetEventSlim? Gate { get; set; }

    public void Apply(ReadOnlySpan<LogRecord> records, Span<CommandOutcome> outcomes)
    {
        Enter();
        Gate?.Wait();
        if (Fault is { } fault)
        {
            Fault = null;
            throw fault;
        }

        Batches.Add(records.Length);
        for (int at = 0; at < records.Length; at++)
        {
            Invariant.Check(records[at].Index.Value == _applied + 1);
            Invariant.Check(EntryCodec.Decode(records[at].Entry, out EntryHeader header, out ReadOnlyMemory<byte> command) is null);
            Headers.Add(header);
            Invariant.Check(header.Time >= AppliedTime);
            AppliedTime = header.Time;
            if (header.Kind is EntryKind.NoOp or EntryKind.Configuration)
            {
                Invariant.Check(header.Sequence.Value == _sequence);
                AppliedSet = header.Kind == EntryKind.Configuration
                    ? new LoggedReplicaSet(records[at].Index, ReplicaSetCodec.Decode(command.Span).Value)
                    : AppliedSet;
                outcomes[at] = default;
            }
            else
            {
                Invariant.Check(header.Sequence.Value == _sequence + 1);
                Volatile.Write(ref _sequence, header.Sequence.Value);
                _commands.Add(command.ToArray());
                _hash = (_hash * 31) + BinaryPrimitives.ReadUInt32LittleEndian(Padded(command.Span));
                outcomes[at] = new CommandOutcome(ErrorCode.None, new Lsn(header.Sequence.Value), CommandEffect.Created, default);
            }

            Volatile.Write(ref _applied, records[at].Index.Value);
        }

        Leave();
    }

    public Task<LogIndex> BeginCheckpoint()
    {
        Enter();
        try
        {
            return _disk.Accept(new MachineCheckpoint(Applied, AppliedSequence, AppliedTime, _hash, [.. _commands], AppliedSet));
        }
        finally
        {
            Leave();
        }
    }

    public bool Maintain()
    {
        Enter();
        MaintenanceLeft = Math.Max(0, MaintenanceLeft - 1);
        if (MaintenanceLeft == 0)
        {
            Maintained.TrySetResult();
        }

        Leave();
        return MaintenanceLeft > 0;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private void Enter()
    {
        Invariant.Check(!IsDisposed);
        Invariant.Check(Interlocked.Increment(ref _inside) == 1);
    }

    private void Leave() => Interlocked.Decrement(ref _inside);

    private static byte[] Padded(ReadOnlySpan<byte> command)
    {
        byte[] padded = new byte[4];
        command[..Math.Min(4, command.Length)].CopyTo(padded);
        return padded;
    }
}
