using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Tests.Doubles;

/// <summary>
/// A shared log in memory whose flushes the test lets through one by one. What is flushed survives
/// <see cref="Restart"/>; what waits does not.
/// </summary>
internal sealed class MemoryLog : ISharedLog
{
    private readonly Lock _gate = new();
    private readonly Queue<LogAppend> _waiting = new();
    private readonly SortedDictionary<ShardId, Shard> _shards;
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _room;

    private MemoryLog(SortedDictionary<ShardId, Shard> shards) => _shards = shards;

    public MemoryLog()
        : this([])
    {
    }

    /// <summary>While true, appends wait for <see cref="FlushOne"/>; else each is flushed within the call.</summary>
    public bool Holds { get; set; }

    /// <summary>How many appends are flushed before the log holds all that follow: power is about to fail.</summary>
    public int FlushesLeft { get; set; } = int.MaxValue;

    /// <summary>While true, a caller may write for itself.</summary>
    public bool WritesNow { get; set; }

    /// <summary>Appends that callers wrote themselves.</summary>
    public int WrittenNow { get; private set; }

    /// <summary>Thrown by the next append: a bug.</summary>
    public Exception? Throws { get; set; }

    /// <summary>While true, a queued append makes its caller wait until <see cref="MakeRoom"/>.</summary>
    public bool IsFull { get; set; }

    /// <summary>Every release, in order.</summary>
    public List<(ShardId Shard, LogIndex Through)> Releases { get; } = [];

    /// <summary>Every reset, in order.</summary>
    public List<(ShardId Shard, LogIndex Index)> Resets { get; } = [];

    /// <summary>How often entries were read.</summary>
    public int Reads { get; private set; }

    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Entries in each append that waits, oldest first.</summary>
    public IReadOnlyList<int> WaitingEntries
    {
        get
        {
            lock (_gate)
            {
                return [.. _waiting.Select(append => append.Entries.Count)];
            }
        }
    }

    public int MaxAppendBytes => 4 << 20;

    public IReadOnlyList<ShardId> Shards => [.. _shards.Keys];

    public ShardLogState StateOf(ShardId shard)
    {
        lock (_gate)
        {
            return _shards.TryGetValue(shard, out Shard? known) ? known.State : default;
        }
    }

    public IReadOnlyList<TermSpan> TermsOf(ShardId shard)
    {
        lock (_gate)
        {
            return _shards.TryGetValue(shard, out Shard? known) ? known.Terms : [];
        }
    }

    public ValueTask AppendAsync(LogAppend append, CancellationToken cancellationToken)
    {
        if (Throws is { } bug)
        {
            throw bug;
        }

        lock (_gate)
        {
            _waiting.Enqueue(append);
            _arrived.TrySetResult();
            if (IsFull)
            {
                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return new ValueTask(_room.Task);
            }
        }

        if (!Holds && FlushesLeft-- > 0)
        {
            FlushOne();
        }

        return ValueTask.CompletedTask;
    }

    public bool TryWriteNow(LogAppend append)
    {
        if (!WritesNow)
        {
            return false;
        }

        lock (_gate)
        {
            _waiting.Enqueue(append);
        }

        FlushOne();
        WrittenNow++;
        return true;
    }

    public ValueTask<IReadOnlyList<LogRecord>> ReadAsync(ShardId shard, LogIndex from, int maxBytes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Reads++;
            Shard known = _shards[shard];
            var read = new List<LogRecord>();
            int bytes = 0;
            for (LogIndex index = from; index <= known.State.LastIndex; index = index.Next)
            {
                LogRecord record = known.Records[index];
                bytes += record.Entry.Length;
                if (bytes > maxBytes && read.Count > 0)
                {
                    break;
                }

                read.Add(record);
            }

            return ValueTask.FromResult<IReadOnlyList<LogRecord>>(read);
        }
    }

    public void Release(ShardId shard, LogIndex through)
    {
        lock (_gate)
        {
            Releases.Add((shard, through));
            _shards[shard].Release(through);
        }
    }

    public ValueTask ResetAsync(ShardId shard, LogIndex index, Term term, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_shards.TryGetValue(shard, out Shard? known))
            {
                _shards[shard] = known = new Shard();
            }

            Resets.Add((shard, index));
            known.Reset(index, term);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Waits until an append is queued that is not let through yet.</summary>
    public async Task WhenWaiting(int count = 1)
    {
        while (true)
        {
            Task arrived;
            lock (_gate)
            {
                if (_waiting.Count >= count)
                {
                    return;
                }

                _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                arrived = _arrived.Task;
            }

            await arrived;
        }
    }

    /// <summary>Flushes the oldest append that waits.</summary>
    public void FlushOne()
    {
        LogAppend append;
        lock (_gate)
        {
            append = _waiting.Dequeue();
            if (!_shards.TryGetValue(append.Shard, out Shard? shard))
            {
                _shards[append.Shard] = shard = new Shard();
            }

            shard.Append(append);
        }

        append.Sink.Flushed(append);
    }

    /// <summary>Flushes all that waits, and whatever comes, as it comes.</summary>
    public void FlushAll()
    {
        Holds = false;
        while (Waiting > 0)
        {
            FlushOne();
        }
    }

    /// <summary>Refuses the oldest append that waits.</summary>
    public void RejectOne(ErrorCode reason)
    {
        LogAppend append;
        lock (_gate)
        {
            append = _waiting.Dequeue();
        }

        append.Sink.Rejected(append, reason);
    }

    /// <summary>Lets callers go on that wait for room.</summary>
    public void MakeRoom()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            IsFull = false;
            room = _room;
            _room = null;
        }

        room?.SetResult();
    }

    /// <summary>The machine lost power: the log as the next start finds it.</summary>
    public MemoryLog Restart()
    {
        lock (_gate)
        {
            var copy = new SortedDictionary<ShardId, Shard>();
            foreach ((ShardId id, Shard shard) in _shards)
            {
                copy[id] = shard.Copy();
            }

            return new MemoryLog(copy);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A shard's durable part.</summary>
    private sealed class Shard
    {
        public SortedDictionary<LogIndex, LogRecord> Records { get; private init; } = [];

        public ShardLogState State { get; private set; }

        public IReadOnlyList<TermSpan> Terms =>
            [.. Records.Values.GroupBy(record => record.Term).Select(run => new TermSpan(run.First().Index, run.Key))];

        public void Append(LogAppend append)
        {
            HardState hardState = append.HardState ?? State.HardState;
            Invariant.Check(hardState.Term >= State.HardState.Term);
            State = State with { HardState = hardState };
            foreach (LogRecord record in append.Entries)
            {
                Invariant.Check(record.Index > State.TruncationIndex);
                Invariant.Check(record.Index <= State.LastIndex.Next);
                Invariant.Check(record.Term <= State.HardState.Term);
                for (LogIndex superseded = record.Index; Records.Remove(superseded); superseded = superseded.Next)
                {
                }

                Records[record.Index] = record with { Entry = record.Entry.ToArray() };
                State = State with { LastIndex = record.Index, LastTerm = record.Term };
            }
        }

        public void Release(LogIndex through)
        {
            Invariant.Check(through <= State.LastIndex);
            if (through <= State.TruncationIndex)
            {
                return;
            }

            Term term = Records[through].Term;
            foreach (LogIndex index in Records.Keys.TakeWhile(index => index <= through).ToList())
            {
                Records.Remove(index);
            }

            State = State with { TruncationIndex = through, TruncationTerm = term };
        }

        public void Reset(LogIndex index, Term term)
        {
            Records.Clear();
            State = new ShardLogState(State.HardState, index, term, index, term);
        }

        public Shard Copy() => new() { Records = new(Records), State = State };
    }
}
