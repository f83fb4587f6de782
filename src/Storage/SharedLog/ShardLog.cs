using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Storage.SharedLog;

/// <summary>What the log knows of one shard: its state, and in which frames its entries lie.</summary>
/// <remarks>Thread-safe, but for the properties that can be set: those are the writer's.</remarks>
// Invariants:
// - All of it is durable: appends and hard states come in after their flush.
// - _spans rise in First; a span ends before the next one's First, the last at _last. The first begins at or before
//   _truncation + 1 once recovery is over, or there is none and _last = _truncation.
// - _terms rise in First and in Term; the first covers the first span's beginning.
internal sealed class ShardLog(ShardId id)
{
    private readonly Lock _lock = new();
    private readonly SpanQueue<FrameSpan> _spans = new();
    private readonly SpanQueue<TermRun> _terms = new();
    private HardState _hardState;
    private ulong _truncation;
    private ulong _truncationTerm;
    private ulong _last;
    private ulong _lastTerm;
    private ulong? _acceptedLast;
    private bool _isRejecting;

    /// <summary>The shard.</summary>
    public ShardId Id { get; } = id;

    /// <summary>The domain that its records are sealed under.</summary>
    public KeyDomainId Domain { get; set; }

    /// <summary>Use id of the segment with its latest hard state; 0 for none.</summary>
    public ulong HardStateUse { get; set; }

    /// <summary>Use id of the segment with its latest truncation record; 0 for none.</summary>
    public ulong TruncationUse { get; set; }

    /// <summary>The index in that record.</summary>
    public LogIndex WrittenTruncation { get; set; }

    /// <summary>What <see cref="ISharedLog.StateOf"/> answers.</summary>
    public ShardLogState State
    {
        get
        {
            lock (_lock)
            {
                return new ShardLogState(
                    _hardState, new LogIndex(_truncation), new Term(_truncationTerm), new LogIndex(_last), new Term(_lastTerm));
            }
        }
    }

    /// <summary>What <see cref="ISharedLog.TermsOf"/> answers.</summary>
    public IReadOnlyList<TermSpan> Terms
    {
        get
        {
            lock (_lock)
            {
                var terms = new TermSpan[_terms.Count];
                for (int at = 0; at < terms.Length; at++)
                {
                    terms[at] = new TermSpan(new LogIndex(Math.Max(_terms[at].First, _truncation + 1)), new Term(_terms[at].Term));
                }

                return terms;
            }
        }
    }

    /// <summary>Use id of the oldest segment with an entry that is still needed; null without such entries.</summary>
    public ulong? OldestUse
    {
        get
        {
            lock (_lock)
            {
                return _spans.Count == 0 ? null : _spans[0].UseId;
            }
        }
    }

    /// <summary>
    /// True when an append continues this shard, or one of the same batch that was accepted before it. False when it
    /// follows one that was rejected: its sender could not know yet.
    /// </summary>
    public bool Accepts(LogAppend append)
    {
        if (append.Entries.Count == 0)
        {
            return true;
        }

        ulong first = append.Entries[0].Index.Value;
        ulong end = _acceptedLast ?? State.LastIndex.Value;
        if (first > end + 1 && _isRejecting)
        {
            return false;
        }

        Invariant.Check(first <= end + 1);
        _isRejecting = false;
        _acceptedLast = append.Entries[^1].Index.Value;
        return true;
    }

    /// <summary>What was accepted did not become durable: appends that build on it are not accepted either.</summary>
    public void RejectUntilContiguous()
    {
        _isRejecting = true;
        _acceptedLast = null;
    }

    /// <summary>A reset is durable: nothing that was refused before it counts any more.</summary>
    public void AcceptAnew()
    {
        _isRejecting = false;
        _acceptedLast = null;
    }

    /// <summary>Takes an append's entries over; they are durable.</summary>
    public void Append(IReadOnlyList<LogRecord> entries, FrameSpan frame)
    {
        _acceptedLast = null;
        for (int i = 0; i < entries.Count; i++)
        {
            Invariant.Check(TryAppend(entries[i].Index.Value, entries[i].Term.Value, frame));
        }
    }

    /// <summary>Takes a hard state over.</summary>
    public void SetHardState(HardState state, ulong useId)
    {
        lock (_lock)
        {
            _hardState = state;
            HardStateUse = useId;
        }
    }

    /// <summary>Takes one entry over, which drops those at and above its index.</summary>
    /// <param name="index">At most one above the last, unless the shard has no entries.</param>
    /// <param name="term">Its term.</param>
    /// <param name="frame">Where it lies.</param>
    /// <returns>False when it leaves a gap or its term falls: nothing changed.</returns>
    public bool TryAppend(ulong index, ulong term, FrameSpan frame)
    {
        lock (_lock)
        {
            // In recovery the first entries may begin anywhere: those before were freed with their segments, and the
            // truncation record that says so comes later.
            if (index <= _truncation || (index > _last + 1 && _spans.Count > 0))
            {
                return false;
            }

            if (index <= _last)
            {
                DropFrom(index);
            }

            if (term < _lastTerm)
            {
                return false;
            }

            if (_spans.Count == 0 || !_spans[^1].IsSameFrame(frame) || index != _last + 1)
            {
                _spans.Add(frame with { First = index });
            }

            if (_terms.Count == 0 || _terms[^1].Term != term)
            {
                _terms.Add(new TermRun(index, term));
            }

            _last = index;
            _lastTerm = term;
            return true;
        }
    }

    /// <summary>Takes a truncation record over: entries through the index are gone, and all of them if it is beyond the last.</summary>
    public void Truncate(ulong index, ulong term)
    {
        lock (_lock)
        {
            if (index < _truncation)
            {
                return;
            }

            if (index >= _last)
            {
                _spans.Clear();
                _terms.Clear();
                _last = index;
                _lastTerm = term;
            }
            else
            {
                while (_spans.Count > 1 && _spans[1].First <= index + 1)
                {
                    _spans.RemoveFirst();
                }

                while (_terms.Count > 1 && _terms[1].First <= index + 1)
                {
                    _terms.RemoveFirst();
                }
            }

            _truncation = index;
            _truncationTerm = term;
        }
    }

    /// <summary>Takes a reset over: all entries are gone, and the next one is the one behind the index.</summary>
    public void Reset(ulong index, ulong term)
    {
        lock (_lock)
        {
            _spans.Clear();
            _terms.Clear();
            (_last, _lastTerm) = (index, term);
            (_truncation, _truncationTerm) = (index, term);
        }
    }

    /// <summary>Releases entries through an index.</summary>
    /// <returns>False when they were released before.</returns>
    public bool Release(LogIndex through)
    {
        lock (_lock)
        {
            if (through.Value <= _truncation)
            {
                return false;
            }

            Invariant.Check(through.Value <= _last);
            Truncate(through.Value, TermOf(through.Value));
            return true;
        }
    }

    /// <summary>True when entries directly above the truncation are there, or there are none.</summary>
    public bool IsComplete
    {
        get
        {
            lock (_lock)
            {
                return _spans.Count == 0 ? _last == _truncation : _spans[0].First <= _truncation + 1;
            }
        }
    }

    /// <summary>The frame with an entry, and how far that frame's entries reach.</summary>
    /// <param name="index">From the one above the truncation.</param>
    /// <param name="frame">Where to read.</param>
    /// <param name="last">The last index that holds there.</param>
    /// <returns>False when the index is past the end.</returns>
    public bool TryFind(ulong index, out FrameSpan frame, out ulong last)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(index, _truncation);
            frame = default;
            last = 0;
            if (index > _last)
            {
                return false;
            }

            int at = LastAtOrBefore(_spans, index);
            frame = _spans[at];
            last = at + 1 < _spans.Count ? _spans[at + 1].First - 1 : _last;
            return true;
        }
    }

    private static int LastAtOrBefore<T>(SpanQueue<T> spans, ulong index)
        where T : struct, IIndexSpan
    {
        int low = 0;
        int high = spans.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (spans[middle].First <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private ulong TermOf(ulong index) => _terms[LastAtOrBefore(_terms, index)].Term;

    private void DropFrom(ulong index)
    {
        while (_spans.Count > 0 && _spans[^1].First >= index)
        {
            _spans.RemoveLast();
        }

        while (_terms.Count > 0 && _terms[^1].First >= index)
        {
            _terms.RemoveLast();
        }

        _last = index - 1;
        _lastTerm = _last == _truncation ? _truncationTerm : _terms.Count > 0 ? _terms[^1].Term : 0;
    }
}
