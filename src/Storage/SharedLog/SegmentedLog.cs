using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Log;
using Nacre.Core.Time;

namespace Nacre.Storage.SharedLog;

/// <summary>
/// The node's log: encrypted segments, written by one thread, one flush for all that waits. The format is
/// <c>docs/formats/log.md</c>.
/// </summary>
/// <remarks>Thread-safe. A read that is not in memory blocks its caller on the disk.</remarks>
// Invariants:
// - A sink hears Flushed only after fdatasync said yes to its append's frame, and hears of each append once.
// - A frame is written once: after any failed write or flush its segment gets no more frames.
// - Once a successor's header may be on the disk, the segment before it gets no more frames.
// - Before a segment is freed, what only it held of any shard's state is durable in a later one.
// - _fault never falls: a log that stopped rejects everything until it is opened again.
public sealed partial class SegmentedLog : ISharedLog
{
    private readonly SegmentedLogOptions _options;
    private readonly IFileSystem _files;
    private readonly IDataKeys _keys;
    private readonly IRandomSource _random;
    private readonly TimeProvider _time;
    private readonly LogHooks _hooks;
    private readonly AppendQueue _queue;
    private readonly SectionRing _recent;
    private readonly FrameEncoder _encoder;
    private readonly SegmentPool _pool;
    private readonly BackgroundWorker? _background;
    private readonly Thread? _writer;
    private readonly Lock _shardsLock = new();
    private readonly SortedDictionary<ShardId, ShardLog> _shards = [];
    private volatile Exception? _fault;
    private bool _isDisposed;

    private SegmentedLog(
        SegmentedLogOptions options, IFileSystem files, IDataKeys keys, IRandomSource random, TimeProvider time,
        LogHooks hooks, LogScan scan, bool isManual)
    {
        _options = options;
        _files = files;
        _keys = keys;
        _random = random;
        _time = time;
        _hooks = hooks;
        _queue = new AppendQueue(options.QueueBytes);
        _recent = new SectionRing(Math.Max(options.CacheBytes, options.MaxAppendBytes + SegmentedLogOptions.FrameOverheadBytes));
        _encoder = new FrameEncoder(keys, _recent);
        if (!isManual)
        {
            _background = new BackgroundWorker("nacre-log-segments", Stop);
            _writer = new Thread(WriteUntilClosed) { IsBackground = true, Name = "nacre-log-writer" };
        }

        _pool = new SegmentPool(options, files, time, _background is null ? RunInline : _background.Post, hooks.SegmentAbandoned);
        Recovery = TakeOver(scan);
        _idleTimer = time.CreateTimer(_ => OnIdleTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What was found when this log was opened.</summary>
    public LogRecovery Recovery { get; }

    /// <summary>Why the log stopped; null while it works.</summary>
    public Exception? Fault => _fault;

    /// <inheritdoc/>
    public IReadOnlyList<ShardId> Shards
    {
        get
        {
            lock (_shardsLock)
            {
                return [.. _shards.Values.Where(shard => shard.State != default).Select(shard => shard.Id)];
            }
        }
    }

    /// <summary>The segments that belong to the log, oldest first, with the data keys that each still needs.</summary>
    public IReadOnlyList<LogSegment> Segments
    {
        get
        {
            lock (_segmentsLock)
            {
                return [.. _segments.Select(segment => segment.Describe(segment == _active))];
            }
        }
    }

    /// <inheritdoc/>
    public int MaxAppendBytes => _options.MaxAppendBytes;

    /// <inheritdoc/>
    public ShardLogState StateOf(ShardId shard)
    {
        lock (_shardsLock)
        {
            return _shards.TryGetValue(shard, out ShardLog? log) ? log.State : default;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<TermSpan> TermsOf(ShardId shard)
    {
        lock (_shardsLock)
        {
            return _shards.TryGetValue(shard, out ShardLog? log) ? log.Terms : [];
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Throws <see cref="ArgumentException"/> for an append larger than <see cref="SegmentedLogOptions.MaxAppendBytes"/>,
    /// with a gap in its indexes or a falling term, and <see cref="ObjectDisposedException"/> once the log is closed.
    /// </remarks>
    public ValueTask AppendAsync(LogAppend append, CancellationToken cancellationToken)
    {
        int bytes = MeasureWithinLimit(append);
        return _queue.EnqueueAsync(new QueuedAppend(append, ShardOf(append.Shard), bytes), cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>Throws as <see cref="AppendAsync"/> does, but for a closed log, where it returns false.</remarks>
    public bool TryWriteNow(LogAppend append)
    {
        int bytes = MeasureWithinLimit(append);
        if (!IsQuick || !_queue.TryClaim(bytes))
        {
            return false;
        }

        try
        {
            if (MustMakeSegmentFor(bytes))
            {
                // Zeros are written first, and a caller is not kept for that.
                _queue.Complete(bytes);
                return false;
            }

            _work.Clear();
            Invariant.Check(_work.TryAddDomain(append.Domain));
            _work.Appends.Add(new QueuedAppend(append, ShardOf(append.Shard), bytes));
            RunTurn(withRequests: false);
        }
        catch (Exception cause)
        {
            // On the log's own thread this would end the process. Here it must not leave the log claimed, or going.
            Stop(cause);
            throw;
        }
        finally
        {
            _queue.EndClaim(wake: _mayFree || _idleSealDue || WantsSpare || _fault is not null);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Release(ShardId shard, LogIndex through)
    {
        if (ShardOf(shard).Release(through))
        {
            _hasNewTruncations = _mayFree = true;
            _queue.Wake();
        }
    }

    /// <summary>
    /// Begins a new segment, so that everything from now on is sealed under each domain's current data key. Older
    /// keys stay in use as long as <see cref="Segments"/> names them; releasing entries frees them.
    /// </summary>
    /// <returns>Ends when the new segment's header is durable. Faults with <see cref="StorageFaultException"/>.</returns>
    public Task RollAsync()
    {
        Task rolled = _queue.RequestRoll();
        RunInlineIfManual();
        return rolled;
    }

    /// <summary>Writes what is queued, seals the log and stops it: the clean stop.</summary>
    /// <param name="note">What the node wants to find in <see cref="LogRecovery.Note"/>; at most 4,096 bytes.</param>
    /// <returns>Where the log ends, to be kept outside it. Faults with <see cref="StorageFaultException"/> when it could not be sealed.</returns>
    public Task<LogEnd> CloseAsync(ReadOnlyMemory<byte> note)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(note.Length, LogFormat.BlockBytes, nameof(note));
        Task<LogEnd> closed = _queue.RequestClose(note);
        RunInlineIfManual();
        return closed;
    }

    /// <summary>Stops the log, with an empty note unless <see cref="CloseAsync"/> came before, and closes its files.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        Task<LogEnd> closed = CloseAsync(ReadOnlyMemory<byte>.Empty);
        await ((Task)closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _writer?.Join();
        _background?.Stop();
        await _idleTimer.DisposeAsync();
        CloseFiles();
    }

    private int MeasureWithinLimit(LogAppend append)
    {
        ArgumentNullException.ThrowIfNull(append);
        int bytes = Measure(append);
        return bytes <= _options.MaxAppendBytes
            ? bytes
            : throw new ArgumentException($"an append of {bytes} bytes is over the limit of {_options.MaxAppendBytes}", nameof(append));
    }

    private static int Measure(LogAppend append)
    {
        int bytes = append.HardState is null ? 0 : RecordWriter.HardStateBytes;
        IReadOnlyList<LogRecord> entries = append.Entries;
        if (entries.Count == 0)
        {
            return bytes;
        }

        bytes += RecordWriter.RunHeaderBytes;
        for (int i = 0; i < entries.Count; i++)
        {
            bytes = checked(bytes + RecordWriter.EntryHeaderBytes + entries[i].Entry.Length);
            if (i > 0 && (entries[i].Index != entries[i - 1].Index.Next || entries[i].Term < entries[i - 1].Term))
            {
                throw new ArgumentException($"entry {entries[i].Index} does not follow the one before it", nameof(append));
            }
        }

        return bytes;
    }

    private ShardLog ShardOf(ShardId shard)
    {
        lock (_shardsLock)
        {
            if (!_shards.TryGetValue(shard, out ShardLog? log))
            {
                _shards.Add(shard, log = new ShardLog(shard));
            }

            return log;
        }
    }

    private void RunInline(Action work) => work();

    private void RunInlineIfManual()
    {
        if (_writer is null)
        {
            Pump();
        }
    }

    private void CloseFiles()
    {
        lock (_segmentsLock)
        {
            foreach (Segment segment in _segments)
            {
                segment.Close();
            }

            _segments.Clear();
        }

        _activeCipher?.Dispose();
        _activeCipher = null;
    }
}
