using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Storage.SharedLog;

/// <content>Reading entries back, from memory or from the disk.</content>
public sealed partial class SegmentedLog
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LogRecord>> ReadAsync(
        ShardId shard, LogIndex from, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        ShardLog log = ShardOf(shard);
        var collector = new EntryCollector(shard, maxBytes);
        ulong next = from.Value;
        while (!collector.IsFull && log.TryFind(next, out FrameSpan frame, out ulong last))
        {
            cancellationToken.ThrowIfCancellationRequested();
            collector.Want(next, last);
            if (!_recent.TryVisit(frame, ref collector))
            {
                Segment? segment = Lease(frame.UseId);
                if (segment is null)
                {
                    // Freed since the entry was found: look again, which tells the caller that it was released.
                    continue;
                }

                try
                {
                    collector.Visit(segment.ReadSection(frame), isBorrowed: false);
                }
                finally
                {
                    segment.Release();
                }
            }

            next = collector.Next;
        }

        return ValueTask.FromResult<IReadOnlyList<LogRecord>>(collector.Records);
    }

    private Segment? Lease(ulong useId)
    {
        lock (_segmentsLock)
        {
            Segment? segment = _segments.Find(segment => segment.UseId == useId);
            return segment is not null && segment.TryLease() ? segment : null;
        }
    }

    /// <summary>Picks one shard's entries out of frames' sections, in order, up to a size.</summary>
    private struct EntryCollector(ShardId shard, int maxBytes) : ISectionVisitor
    {
        private ulong _last;
        private long _bytes;

        /// <summary>The entries so far; contiguous.</summary>
        public List<LogRecord> Records { get; } = [];

        /// <summary>True when the next entry would be too much.</summary>
        public bool IsFull { get; private set; }

        /// <summary>The index to go on with.</summary>
        public ulong Next { get; private set; }

        /// <summary>Says which entries of the next section are wanted.</summary>
        public void Want(ulong next, ulong last)
        {
            Next = next;
            _last = last;
        }

        /// <inheritdoc/>
        public void Visit(ReadOnlyMemory<byte> section, bool isBorrowed)
        {
            ulong first = Next;
            int before = Records.Count;
            var reader = new RecordReader(section.Span);
            while (reader.Next())
            {
                if (reader.Kind != RecordKind.Entries || reader.Shard != shard)
                {
                    continue;
                }

                for (ulong index = reader.Index.Value; reader.NextEntry(); index++)
                {
                    if (index < first || index > _last)
                    {
                        continue;
                    }

                    // A later run of the same frame replaces what an earlier one had from its index on.
                    int at = before + (int)(index - first);
                    if (at < Records.Count)
                    {
                        Drop(at);
                    }

                    if (at == Records.Count && !IsFull)
                    {
                        Take(section, reader, index, isBorrowed);
                    }
                }
            }

            Invariant.Check(!reader.IsMalformed);
            Invariant.Check(IsFull || Records.Count - before == (int)(_last - first + 1));
            Next = first + (ulong)(Records.Count - before);
        }

        private void Take(ReadOnlyMemory<byte> section, in RecordReader reader, ulong index, bool isBorrowed)
        {
            if (Records.Count > 0 && _bytes + reader.EntryLength > maxBytes)
            {
                IsFull = true;
                return;
            }

            ReadOnlyMemory<byte> entry = section.Slice(reader.EntryOffset, reader.EntryLength);
            Records.Add(new LogRecord(new LogIndex(index), reader.Term, isBorrowed ? entry.ToArray() : entry));
            _bytes += reader.EntryLength;
        }

        private void Drop(int at)
        {
            for (int i = at; i < Records.Count; i++)
            {
                _bytes -= Records[i].Entry.Length;
            }

            Records.RemoveRange(at, Records.Count - at);
            IsFull = false;
        }
    }
}
