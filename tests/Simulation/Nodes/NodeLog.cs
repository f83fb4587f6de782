using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>
/// A node's shared log between two crashes: appends wait for a flush that takes its time, may fail, may find the disk full,
/// and of which a crash leaves a part.
/// </summary>
internal sealed class NodeLog(NodeWorld world, Node node, Dictionary<ShardId, ShardDisk> disk, Rules rules, NodeBug bug) : ISharedLog
{
    private readonly List<LogAppend> _queue = [];
    private readonly List<LogAppend> _unflushed = [];
    private readonly List<(ShardId Shard, LogIndex Index, Term Term, TaskCompletionSource Done)> _resets = [];
    private bool _isFlushing;
    private bool _isDead;

    public int MaxAppendBytes => 1 << 20;

    public IReadOnlyList<ShardId> Shards => [.. disk.Keys.Order()];

    public ShardLogState StateOf(ShardId shard) => disk.TryGetValue(shard, out ShardDisk? known) ? known.State(bug) : default;

    public IReadOnlyList<TermSpan> TermsOf(ShardId shard) => disk.TryGetValue(shard, out ShardDisk? known) ? known.Terms(bug) : [];

    public ValueTask AppendAsync(LogAppend append, CancellationToken cancellationToken)
    {
        if (_isDead)
        {
            return ValueTask.CompletedTask;
        }

        rules.Append(append);
        _queue.Add(append);
        if (bug == NodeBug.AcknowledgeBeforeFlush)
        {
            world.After(0, () => Tell(append));
        }

        if (!_isFlushing)
        {
            Flush();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<LogRecord>> ReadAsync(ShardId shard, LogIndex from, int maxBytes, CancellationToken cancellationToken) =>
        ValueTask.FromResult(disk.TryGetValue(shard, out ShardDisk? known) ? known.Read(from, maxBytes, bug) : []);

    public void Release(ShardId shard, LogIndex through)
    {
        if (!_isDead && disk.TryGetValue(shard, out ShardDisk? known) && known.Release(through) > 0)
        {
            world.Hit(NodeProbe.LogReleased);
        }
    }

    public ValueTask ResetAsync(ShardId shard, LogIndex index, Term term, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource();
        if (!_isDead)
        {
            _resets.Add((shard, index, term, done));
            if (!_isFlushing)
            {
                Flush();
            }
        }

        return new ValueTask(done.Task);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The node lost power: of what waited, a first part may have reached the disk.</summary>
    public void Crash()
    {
        _isDead = true;
        int kept = _queue.Count == 0 ? 0 : world.Random.Next(_queue.Count + 1);
        if (kept > 0)
        {
            world.Hit(NodeProbe.CrashKeptAppends);
        }

        for (int at = 0; at < kept; at++)
        {
            Write(_queue[at], isTorn: bug == NodeBug.TornHardState);
        }

        _queue.Clear();
        if (bug == NodeBug.LostTail)
        {
            foreach (ShardDisk shard in disk.Values)
            {
                shard.LoseLast();
            }
        }
    }

    private void Flush()
    {
        _isFlushing = true;
        long takes = node.IsDiskSlow ? world.Between(50_000, 400_000) : world.Between(100, 900);
        world.After(takes, () => node.Run(EndFlush));
    }

    private void EndFlush()
    {
        if (_isDead)
        {
            return;
        }

        _isFlushing = false;
        LogAppend[] batch = [.. _queue];
        _queue.Clear();
        if (node.IsDiskFull || node.FailsFlush)
        {
            ErrorCode reason = node.FailsFlush ? ErrorCode.StorageFailed : ErrorCode.DiskFull;
            world.Hit(node.FailsFlush ? NodeProbe.FlushFailed : NodeProbe.DiskFull);
            int written = node.FailsFlush ? world.Random.Next(batch.Length + 1) : 0;
            node.FailsFlush = false;
            for (int at = 0; at < batch.Length; at++)
            {
                LogAppend append = batch[at];
                if (at < written)
                {
                    // Nobody knows whether a failed flush wrote anything.
                    Write(append, isTorn: false);
                }
                else if (reason == ErrorCode.DiskFull)
                {
                    rules.Refused(append);
                }

                if (bug != NodeBug.AcknowledgeBeforeFlush)
                {
                    append.Sink.Rejected(append, reason);
                }
            }

            // A reset needs no room, and one that fails would stop the node as a failed append does.
            Reset();
            return;
        }

        int replaced = disk.Values.Sum(shard => shard.Replaced);
        WriteAll(batch);
        Reset();
        if (disk.Values.Sum(shard => shard.Replaced) > replaced && world.Random.OneIn(3))
        {
            world.Hit(NodeProbe.CrashAfterSuffixReplaced);
            node.CrashSoon();
        }

        // A crash may come between the flush and the notice of it.
        if (bug != NodeBug.AcknowledgeBeforeFlush)
        {
            world.After(world.Between(0, 50), () => node.Run(() => Array.ForEach(batch, Tell)));
        }
    }

    private void WriteAll(LogAppend[] batch)
    {
        foreach (LogAppend append in batch)
        {
            if (bug == NodeBug.FlushLies && world.Random.OneIn(4))
            {
                _unflushed.Add(append);
            }
            else
            {
                _unflushed.ForEach(late => Write(late, isTorn: false));
                _unflushed.Clear();
                Write(append, isTorn: false);
            }
        }
    }

    /// <summary>Behind all appends that were queued before.</summary>
    private void Reset()
    {
        foreach ((ShardId shard, LogIndex index, Term term, TaskCompletionSource done) in _resets.ToArray())
        {
            if (!disk.TryGetValue(shard, out ShardDisk? known))
            {
                disk[shard] = known = new ShardDisk();
            }

            known.Reset(index, term);
            done.SetResult();
        }

        _resets.Clear();
    }

    private void Tell(LogAppend append)
    {
        if (!_isDead)
        {
            append.Sink.Flushed(append);
        }
    }

    private void Write(LogAppend append, bool isTorn)
    {
        if (!disk.TryGetValue(append.Shard, out ShardDisk? shard))
        {
            disk[append.Shard] = shard = new ShardDisk();
        }

        shard.Write(append, bug, isTorn);
    }
}
