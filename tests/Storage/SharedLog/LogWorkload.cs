using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Testing;

namespace Nacre.Storage.Tests.SharedLog;

/// <summary>Random use of a log, and the model of what it must hold then.</summary>
/// <remarks>The same seed does the same, until the disk answers differently.</remarks>
internal sealed class LogWorkload(LogBench bench, ulong seed)
{
    private readonly SeededRandom _chance = new(seed);
    private readonly List<LogAppend> _pending = [];
    private (uint Shard, ulong Index, ulong Term)? _pendingReset;

    /// <summary>What is known to be durable.</summary>
    public LogModel Durable { get; private set; } = new();

    /// <summary>True when the log stopped, or could not be opened or closed, for a fault of the disk.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>One random step.</summary>
    public async Task StepAsync()
    {
        try
        {
            await StepOnceAsync();
        }
        catch (StorageFaultException fault)
        {
            Assert.That(fault.Kind, Is.EqualTo(StorageFaultKind.Io), $"seed {seed}");
            IsStopped = true;
        }
    }

    /// <summary>
    /// After a crash: the log must hold what was durable and then some of the appends that were under way, in order.
    /// What it holds becomes the model.
    /// </summary>
    public async Task CheckRecoveredAsync()
    {
        Settle();
        string? difference = await Durable.DifferenceAsync(bench.Log);
        string? first = difference;
        LogModel candidate = Durable.Copy();
        foreach (LogAppend append in _pending)
        {
            if (difference is null)
            {
                break;
            }

            candidate.Apply(append);
            difference = await candidate.DifferenceAsync(bench.Log);
        }

        if (difference is not null && _pendingReset is { } reset)
        {
            candidate.Reset(reset.Shard, reset.Index, reset.Term);
            difference = await candidate.DifferenceAsync(bench.Log);
        }

        IsStopped = false;
        _pendingReset = null;
        Assert.That(difference, Is.Null, $"seed {seed}; without what was under way: {first}");
        Durable = candidate;
        _pending.Clear();
    }

    /// <summary>The log must hold exactly what the model says.</summary>
    public async Task CheckAsync() => Assert.That(await Durable.DifferenceAsync(bench.Log), Is.Null, $"seed {seed}");

    private async Task StepOnceAsync()
    {
        switch (_chance.Next(21))
        {
            case < 11:
                AppendBatch();
                break;
            case < 14:
                Release(far: false);
                break;
            case < 16:
                Release(far: true);
                break;
            case 16:
                await Roll();
                break;
            case 17:
                bench.Time.Advance(TimeSpan.FromSeconds(3));
                bench.Log.Pump();
                break;
            case 18:
                bench.Keys.Rotate(new KeyDomainId((uint)_chance.Next(3)));
                break;
            case 19:
                await Reset();
                break;
            default:
                await bench.CloseAsync();
                bench.Open();
                break;
        }
    }

    /// <summary>To anywhere from the truncation on: into the entries, at their end, far behind it.</summary>
    private async Task Reset()
    {
        uint shard = (uint)_chance.Next(4);
        ulong index = Durable.ReleasedOf(shard) + (ulong)_chance.Next((int)(Durable.LastOf(shard) - Durable.ReleasedOf(shard)) + 10);
        index = Math.Max(1, index);
        ulong term = Math.Max(1, Durable.LastTermOf(shard)) + (ulong)_chance.Next(3);
        _pendingReset = (shard, index, term);
        await bench.Log.ResetAsync(new ShardId(shard), new LogIndex(index), new Term(term), CancellationToken.None);
        _pendingReset = null;
        Durable.Reset(shard, index, term);
    }

    private async Task Roll() => await bench.Log.RollAsync();

    private void AppendBatch()
    {
        LogModel ahead = Durable.Copy();
        for (int i = _chance.Next(4); i >= 0; i--)
        {
            LogAppend append = MakeAppend(ahead);
            ahead.Apply(append);
            _pending.Add(append);
            bench.Queue(append);
        }

        bench.Log.Pump();
        Settle();
        Assert.That(IsStopped || _pending.Count == 0, "all sinks were told");
    }

    private LogAppend MakeAppend(LogModel ahead)
    {
        uint shard = (uint)_chance.Next(4);
        ulong last = ahead.LastOf(shard);
        ulong first = last + 1;
        ulong term = Math.Max(1, ahead.LastTermOf(shard));
        if (_chance.OneIn(5) && last > ahead.ReleasedOf(shard))
        {
            first = last - (ulong)_chance.Next((int)Math.Min(5, last - ahead.ReleasedOf(shard)));
            term++;
        }

        HardState? state = _chance.OneIn(4) ? new HardState(new Term(term), new ReplicaId((ulong)_chance.Next(3))) : null;
        int count = _chance.OneIn(8) && state is not null ? 0 : 1 + _chance.Next(5);
        int size = _chance.OneIn(4) ? 5000 : 300;
        byte[][] entries = [.. Enumerable.Range(0, count).Select(_ => _chance.Bytes(_chance.Next(size)))];
        return bench.Make(shard, first, term, state, new KeyDomainId(shard % 3), entries);
    }

    private void Release(bool far)
    {
        uint shard = (uint)_chance.Next(4);
        ulong last = Durable.LastOf(shard);
        ulong released = Durable.ReleasedOf(shard);
        if (last > released)
        {
            ulong through = far ? last : released + 1 + (ulong)_chance.Next((int)(last - released));
            Durable.Release(shard, through);
            bench.Log.Release(new ShardId(shard), new LogIndex(through));
            bench.Log.Pump();
        }
    }

    private void Settle()
    {
        foreach ((LogAppend append, ErrorCode reason) in bench.Sink.TakeTold())
        {
            if (reason == ErrorCode.StorageFailed)
            {
                // Its fate is unknown: it stays among those that recovery may or may not bring back.
                IsStopped = true;
                continue;
            }

            Assert.That(IsStopped, Is.False, "after a failure nothing is flushed");
            Assert.That(append, Is.SameAs(_pending[0]), "sinks are told in order");
            Assert.That(reason, Is.EqualTo(ErrorCode.None));
            Durable.Apply(append);
            _pending.RemoveAt(0);
        }
    }
}
