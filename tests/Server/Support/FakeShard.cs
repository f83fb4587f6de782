using System.Collections.Immutable;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Server.Routing;

namespace Nacre.Server.Tests.Support;

/// <summary>A data shard in a dictionary, which refuses, waits or throws when it is told to.</summary>
internal sealed class FakeShard(TimeProvider time) : IDataShard, IDocumentReader
{
    private readonly Lock _guard = new();
    private ImmutableSortedDictionary<byte[], Item> _items = ImmutableSortedDictionary.Create<byte[], Item>(ByteOrder.Instance);
    private readonly System.Threading.Channels.Channel<bool> _arrivals = System.Threading.Channels.Channel.CreateUnbounded<bool>();
    private readonly System.Threading.Channels.Channel<bool> _applied = System.Threading.Channels.Channel.CreateUnbounded<bool>();
    private ulong _lsn;
    private int _proposals;
    private int _reads;

    public ShardId Id => new(1);

    public NodeId LeaderNode => new(1);

    public bool IsLedElsewhere => false;

    public IDocumentReader Documents => this;

    /// <summary>What every read and proposal is refused with; null: nothing.</summary>
    public NacreError? Refusal { get; set; }

    /// <summary>What every read and proposal throws; null: nothing.</summary>
    public Exception? Fault { get; set; }

    /// <summary>What proposals wait for before they are applied; null: nothing.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>Proposals that arrived.</summary>
    public int Proposals => Volatile.Read(ref _proposals);

    /// <summary>How often anything was asked of the shard: barriers, views, proposals.</summary>
    public int Touches => Volatile.Read(ref _proposals) + Volatile.Read(ref _reads);

    /// <summary>What the last read was promised.</summary>
    public ReadDemand LastDemand { get; private set; }

    /// <summary>The header of the last proposal.</summary>
    public EntryHeader LastHeader { get; private set; }

    public IDocumentView OpenView()
    {
        Interlocked.Increment(ref _reads);
        return new FakeView(_items, Refusal, Fault);
    }

    public ValueTask<NacreError?> ReadAtAsync(in ReadDemand demand, CancellationToken cancellationToken)
    {
        LastDemand = demand;
        Interlocked.Increment(ref _reads);
        return new((NacreError?)null);
    }

    public ValueTask<Result<CommandOutcome>> ProposeAsync(
        in EntryHeader header, ReadOnlyMemory<byte> command, bool mayWait, CancellationToken cancellationToken)
    {
        LastHeader = header;
        Interlocked.Increment(ref _proposals);
        _arrivals.Writer.TryWrite(true);
        byte[] copy = command.ToArray();
        if (Fault is not null)
        {
            return ValueTask.FromException<Result<CommandOutcome>>(Fault);
        }

        if (Refusal is not null)
        {
            return new(Refusal);
        }

        return Gate is { } gate ? ApplyLaterAsync(gate.Task, header, copy, cancellationToken) : new(Apply(header, copy));
    }

    /// <summary>Waits from here on for proposals that come from here on.</summary>
    public void ForgetProposals()
    {
        while (_arrivals.Reader.TryRead(out _))
        {
        }
    }

    /// <summary>Waits until so many more proposals have arrived.</summary>
    public async Task WhenProposedAsync(int count)
    {
        for (; count > 0; count--)
        {
            await _arrivals.Reader.ReadAsync();
        }
    }

    /// <summary>Waits until one more of the proposals that had to wait is applied.</summary>
    public async Task WhenAppliedAsync() => await _applied.Reader.ReadAsync();

    /// <summary>As the real one: the token ends the wait, never the write.</summary>
    private async ValueTask<Result<CommandOutcome>> ApplyLaterAsync(
        Task gate, EntryHeader header, byte[] command, CancellationToken cancellationToken)
    {
        try
        {
            return await ApplyAfterAsync(gate, header, command).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return new NacreError(ErrorCode.OutcomeUnknown, "The wait was given up.");
        }
    }

    private async Task<CommandOutcome> ApplyAfterAsync(Task gate, EntryHeader header, byte[] command)
    {
        await gate;
        CommandOutcome outcome = Apply(header, command);
        _applied.Writer.TryWrite(true);
        return outcome;
    }

    private CommandOutcome Apply(in EntryHeader header, byte[] command)
    {
        var operations = new ItemOperation[ItemCommand.MaxOperations];
        NacreError? unread = ItemCommand.Read(command, operations, out int count);
        Assert.That(unread, Is.Null);
        Assert.That(count, Is.EqualTo(1));
        ItemOperation operation = operations[0];
        byte[] key = operation.Key.ToArray();
        lock (_guard)
        {
            bool there = _items.TryGetValue(key, out Item? item);
            if (Check(operation, item) is var refused and not ErrorCode.None)
            {
                return CommandOutcome.Refused(refused);
            }

            var lsn = new Lsn(++_lsn);
            DateTimeOffset now = time.GetUtcNow();
            _items = operation.Kind == ItemOperationKind.Delete
                ? _items.Remove(key)
                : _items.SetItem(key, new Item(header.Range, lsn, now, operation.Body.ToArray()));
            return new CommandOutcome(ErrorCode.None, lsn, there ? CommandEffect.None : CommandEffect.Created, default) { Time = now };
        }
    }

    private static ErrorCode Check(ItemOperation operation, Item? item)
    {
        bool needsItem = operation.Kind is ItemOperationKind.Replace or ItemOperationKind.Delete;
        if (needsItem && item is null)
        {
            return ErrorCode.NotFound;
        }

        if (operation.Kind == ItemOperationKind.Create && item is not null)
        {
            return ErrorCode.AlreadyExists;
        }

        bool holds = operation.Precondition.Kind switch
        {
            PreconditionKind.IfAbsent => item is null,
            PreconditionKind.IfPresent => item is not null,
            PreconditionKind.IfMatch => item?.Lsn == operation.Precondition.Lsn,
            _ => true,
        };
        return holds ? ErrorCode.None : ErrorCode.PreconditionFailed;
    }

    internal sealed record Item(RangeId Range, Lsn Lsn, DateTimeOffset Time, byte[] Body)
    {
        public DocumentLease Lease()
        {
            byte[] rented = System.Buffers.ArrayPool<byte>.Shared.Rent(Body.Length);
            Body.CopyTo(rented, 0);
            return new DocumentLease(rented, 0, Body.Length, Range, Lsn, Time);
        }
    }
}
