using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Transport;

/// <summary>
/// What waits for one peer, of all shards. Messages that carry entries are bounded in bytes; all others go before them,
/// so that votes and heartbeats never wait behind data, and of a shard's heartbeats only the latest waits.
/// </summary>
/// <remarks>Thread-safe; one thread takes.</remarks>
// Invariants:
// - _bytes is the size of all that waits, and never above the bound;
// - of a shard, sender, receiver and term at most two heartbeats wait: the last of a read round, and the last notice.
internal sealed class PeerQueue(int maxBytes, int frameBytes)
{
    /// <summary>Room that appends leave to messages without entries.</summary>
    private const int ReservedBytes = 1 << 20;

    private readonly Lock _lock = new();
    private readonly Queue<ShardMessage> _appends = new();
    private readonly List<ShardMessage> _others = [];
    private readonly Dictionary<(ShardId, ReplicaId, ReplicaId, Term, bool), int> _heartbeats = [];
    private readonly List<ShardMessage> _frame = [];
    private TaskCompletionSource _filled = Signal();
    private long _bytes;
    private long _dropped;

    /// <summary>Bytes that wait.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Messages that found no room, since the start.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Adds a message, or drops it.</summary>
    /// <returns>False: it found no room, or no frame can hold it.</returns>
    public bool TryAdd(in ShardMessage message)
    {
        bool hasEntries = message.Message.Entries.Length > 0;
        int size = RaftMessageCodec.SizeOf(message.Message);
        lock (_lock)
        {
            if (message.Message.Kind == RaftMessageKind.Heartbeat && TryReplace(message))
            {
                return true;
            }

            long limit = hasEntries ? maxBytes - ReservedBytes : maxBytes;
            if (size > limit - _bytes || size > RaftMessageLimits.MaxFrameBytes - RaftMessageCodec.HeaderBytes)
            {
                _dropped++;
                return false;
            }

            _bytes += size;
            if (hasEntries)
            {
                _appends.Enqueue(message);
            }
            else
            {
                _others.Add(message);
            }

            _filled.TrySetResult();
            return true;
        }
    }

    /// <summary>Waits until something waits.</summary>
    public Task WhenFilledAsync()
    {
        lock (_lock)
        {
            return _filled.Task;
        }
    }

    /// <summary>Takes as many messages as one frame is to hold.</summary>
    /// <returns>The frame; null when nothing waits.</returns>
    public byte[]? TakeFrame()
    {
        lock (_lock)
        {
            int size = RaftMessageCodec.HeaderBytes;
            int others = 0;
            for (; others < _others.Count && Fits(ref size, _others[others]); others++)
            {
                _frame.Add(_others[others]);
            }

            _others.RemoveRange(0, others);
            Reindex();
            while (_appends.TryPeek(out ShardMessage append) && Fits(ref size, append))
            {
                _frame.Add(_appends.Dequeue());
            }

            _bytes -= size - RaftMessageCodec.HeaderBytes;
            if (_bytes == 0 && _filled.Task.IsCompleted)
            {
                _filled = Signal();
            }
        }

        if (_frame.Count == 0)
        {
            return null;
        }

        byte[] encoded = RaftMessageCodec.Encode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_frame));
        _frame.Clear();
        return encoded;
    }

    /// <summary>Forgets what waits: nobody is there to take it, and it would be stale.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _dropped += _appends.Count + _others.Count;
            _appends.Clear();
            _others.Clear();
            _heartbeats.Clear();
            _bytes = 0;
            if (_filled.Task.IsCompleted)
            {
                _filled = Signal();
            }
        }
    }

    /// <summary>Continuations run elsewhere: whoever adds holds the lock.</summary>
    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static (ShardId, ReplicaId, ReplicaId, Term, bool) KeyOf(in ShardMessage message) =>
        (message.Shard, message.Message.From, message.Message.To, message.Message.Term, message.Message.Context != 0);

    private bool TryReplace(in ShardMessage heartbeat)
    {
        if (_heartbeats.TryGetValue(KeyOf(heartbeat), out int at))
        {
            _others[at] = heartbeat;
            return true;
        }

        // A later round answers what waited for an earlier one.
        if (RaftMessageCodec.SizeOf(heartbeat.Message) <= maxBytes - _bytes)
        {
            _heartbeats[KeyOf(heartbeat)] = _others.Count;
        }

        return false;
    }

    private void Reindex()
    {
        _heartbeats.Clear();
        for (int at = 0; at < _others.Count; at++)
        {
            if (_others[at].Message.Kind == RaftMessageKind.Heartbeat)
            {
                _heartbeats[KeyOf(_others[at])] = at;
            }
        }
    }

    private bool Fits(ref int size, in ShardMessage message)
    {
        int more = RaftMessageCodec.SizeOf(message.Message);
        bool fits = _frame.Count == 0 || (_frame.Count < RaftMessageLimits.MaxMessages && size + more <= frameBytes);
        size += fits ? more : 0;
        return fits;
    }
}
