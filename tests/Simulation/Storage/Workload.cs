using System.Globalization;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Simulation.Tests.Engine;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>What a recorded run does with its node: writes, checkpoints, rotations, restarts, a snapshot put in place.</summary>
internal sealed partial class Workload
{
    private const int Steps = 36;

    private readonly Driver _driver;
    private readonly MemoryDisk _disk;
    private readonly SeededRandom _random;
    private readonly StorageClock _clock;
    private readonly NodeParts _parts;
    private readonly SortedDictionary<string, int> _probes;
    private StorageNode _node = null!;
    private ulong _activity;
    private ulong _requests;
    private ulong _guestTerm;
    private int _names;

    public Workload(Driver driver, MemoryDisk disk, SeededRandom random, StorageBug bug, SortedDictionary<string, int> probes)
    {
        (_driver, _disk, _random, _probes) = (driver, disk, random, probes);
        _clock = new StorageClock(TimeSpan.Zero);
        History = new History(() => disk.Position);
        _parts = new NodeParts(driver, bug == StorageBug.None ? disk : new BuggyFiles(disk, bug, new SeededRandom(random.NextUInt64())), _clock, new SeededRandom(random.NextUInt64()))
        {
            Bug = bug,
            Appended = History.Append,
            Mark = what => disk.Mark(what),
        };
    }

    public History History { get; }

    /// <summary>Answers that were given.</summary>
    public int Operations { get; private set; }

    /// <summary>Runs to the end; the recording and <see cref="History"/> have everything then.</summary>
    public async Task RunAsync()
    {
        _node = await StorageNode.StartAsync(_parts);
        History.MadeAt = _disk.Mark("made");
        await AfterStartAsync();
        int snapshotAt = _random.OneIn(2) ? 10 + _random.Next(Steps - 15) : -1;
        for (int step = 0; step < Steps; step++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(_random.Next(400)));
            await (step == snapshotAt ? InstallAsync() : StepAsync());
            await _node.SettleAsync();
        }

        if (_random.OneIn(3))
        {
            await _node.StopAsync();
            _disk.Mark("stopped");
        }
        else
        {
            await _node.DisposeAsync();
        }
    }

    private Task StepAsync() => _random.Next(100) switch
    {
        < 60 => WriteAsync(1 + _random.Next(4)),
        < 68 => AppendGuestAsync(),
        < 75 => ControlAsync(),
        < 83 => CheckpointAsync(),
        < 86 => CheckpointControlAsync(),
        < 89 => RotateAsync(),
        < 94 => TickAsync(),
        < 96 => SealAsync(),
        _ => RestartAsync(_random.OneIn(2)),
    };

    private async Task WriteAsync(int count) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => WriteOneAsync()));

    private async Task WriteOneAsync()
    {
        ItemOperation[] operations = DrawOperations();
        byte[] command = Items.Encode(operations);
        ulong activity = ++_activity;
        IdempotencyKey key = _random.OneIn(4)
            ? new IdempotencyKey(new ClientId(5), ++_requests, 0, RequestHash.Of(Items.Range.Range, command))
            : IdempotencyKey.None;
        Result<CommandOutcome> answer = await StorageNode.ProposeAsync(_node.DataSlot, Items.Header(operations.Length, activity, key), command);
        if (!answer.IsOk)
        {
            throw new ViolationException($"a sound disk takes writes: {answer.Error.Message}");
        }

        History.Answered(activity, answer.Value, _disk.Mark($"answered {activity}"));
        Operations++;
    }

    private ItemOperation[] DrawOperations()
    {
        string partition = string.Create(CultureInfo.InvariantCulture, $"p{_random.Next(3)}");
        int count = _random.OneIn(5) ? 3 : 1;
        int first = _random.Next(8);
        return [.. Enumerable.Range(0, count).Select(at =>
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"{partition}-{(first + at) % 8}");
            string filler = new((char)('a' + _random.Next(26)), _random.OneIn(6) ? 6_000 : 20 + _random.Next(1_500));
            var kind = (ItemOperationKind)(_random.Next(10) switch { 0 => 1, 1 => 3, 2 => 4, _ => 2 });
            Precondition condition = _random.OneIn(10) && History.Data.State.Items.TryGetValue(id, out ItemState there)
                ? new Precondition(PreconditionKind.IfMatch, new Lsn(there.Lsn - (_random.OneIn(2) ? 1UL : 0)))
                : default;
            return Items.Operation(kind, id, filler, condition);
        })];
    }

    private async Task ControlAsync()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"n{++_names}");
        Result<CommandOutcome> answer = await _node.ProposeAsync(_random.OneIn(2) ? new CreateDatabase(name, KeyDomainId.Shared) : new SetSetting(name, name, null));
        if (!answer.IsOk || answer.Value.Code != ErrorCode.None)
        {
            throw new ViolationException($"the catalogue takes commands: {answer.Error?.Message ?? answer.Value.Code.ToString()}");
        }

        History.Control.Acknowledge(History.Control.Last, _disk.Mark($"answered {name}"));
        Operations++;
    }

    /// <summary>Entries that replace others, and votes: what a follower's log takes.</summary>
    private async Task AppendGuestAsync()
    {
        GuestState before = History.Guest.State;
        ulong last = before.Entries.IsEmpty ? _node.Log.StateOf(StorageNode.Guest).TruncationIndex.Value : before.Entries.Keys.Max();
        ulong first = last + 1;
        ulong least = _node.Log.StateOf(StorageNode.Guest).TruncationIndex.Value + 1;
        HardState? hard = null;
        if (_random.OneIn(3))
        {
            hard = new HardState(new Term(++_guestTerm), new ReplicaId((ulong)_random.Next(4)));
            first = least + (ulong)_random.Next((int)(first - least) + 1);
            Probe(first <= last, "the end of a log was replaced");
        }

        _guestTerm = Math.Max(_guestTerm, 1);
        LogRecord[] entries = [.. Enumerable.Range(0, _random.Next(4)).Select(at =>
            new LogRecord(new LogIndex(first + (ulong)at), new Term(_guestTerm), _random.Bytes(1 + _random.Next(900))))];
        if (entries.Length == 0 && hard is null)
        {
            return;
        }

        var done = new Sink();
        await _node.Log.AppendAsync(new LogAppend(StorageNode.Guest, KeyDomainId.Shared, hard, entries, done), default);
        await done.Task;
        History.Guest.Acknowledge(History.Guest.Last, _disk.Mark("guest answered"));
        Operations++;
        if (_random.OneIn(4) && History.Guest.State.Entries.Keys.LastOrDefault() is var through && through >= least)
        {
            History.GuestReleases.Add((_disk.Position, through));
            _node.Log.Release(StorageNode.Guest, new LogIndex(through));
        }
    }

    private async Task CheckpointAsync()
    {
        ChangeGate? gate = _random.OneIn(2) ? new ChangeGate(_random.Next(14)) : null;
        _disk.Gate = gate;
        Task<Result<LogIndex>> checkpoint = _node.DataSlot.Replica.CheckpointAnewAsync(default);
        if (gate is not null)
        {
            if (await Task.WhenAny(gate.Reached, checkpoint) == gate.Reached)
            {
                Probe(true, "writes came within a checkpoint");
                await WriteAsync(1 + _random.Next(2));
            }

            gate.Open();
        }

        Result<LogIndex> done = await checkpoint;
        _disk.Gate = null;
        Require(done.IsOk, "a checkpoint is taken", done.Error?.Message);
        Probe(true, "a checkpoint of the documents");
    }

    private async Task CheckpointControlAsync()
    {
        Result<LogIndex> done = await _node.ControlSlot.Replica.CheckpointAsync(default);
        Require(done.IsOk, "a checkpoint is taken", done.Error?.Message);
        Probe(true, "a checkpoint of the catalogue");
    }

    private async Task RotateAsync()
    {
        await _node.RotateAsync();
        Probe(true, "a data key was rotated");
    }

    private async Task TickAsync()
    {
        _node.DataSlot.Replica.Tick();
        _node.ControlSlot.Replica.Tick();
        await _node.SettleAsync();
    }

    private async Task SealAsync()
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        _node.Log.Pump();
        await _node.SettleAsync();
        Probe(true, "a log was sealed at an idle moment");
    }

    private async Task RestartAsync(bool inOrder)
    {
        if (inOrder)
        {
            await _node.StopAsync();
            _disk.Mark("stopped");
        }
        else
        {
            await _node.DisposeAsync();
            _disk.Mark("killed");
        }

        Probe(true, inOrder ? "a stop in order" : "a killed process");
        _node = await StorageNode.StartAsync(_parts);
        await AfterStartAsync();
    }

    private async Task AfterStartAsync()
    {
        await _node.SettleAsync();
        History.Data.Acknowledge(History.Data.Last, _disk.Mark("started"));
        History.Control.Acknowledge(History.Control.Last, _disk.Position);
    }

    private static void Require(bool holds, string rule, string? detail)
    {
        if (!holds)
        {
            throw new ViolationException($"{rule}: {detail}");
        }
    }

    private void Probe(bool isHit, string name) => _probes[name] = _probes.GetValueOrDefault(name) + (isHit ? 1 : 0);

    private sealed class Sink : ILogSink
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _done.Task;

        public void Flushed(LogAppend append) => _done.SetResult();

        public void Rejected(LogAppend append, ErrorCode reason) => _done.SetException(new ViolationException($"a sound log takes appends: {reason}"));
    }
}
