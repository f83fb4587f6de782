using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Storage.SharedLog;

namespace Nacre.Storage.Tests.SharedLog;

/// <summary>What a log must hold, kept in dictionaries.</summary>
internal sealed class LogModel
{
    private readonly SortedDictionary<uint, Shard> _shards = [];

    public IEnumerable<uint> Shards => _shards.Keys;

    public ulong LastOf(uint shard) => Of(shard).Last;

    public ulong ReleasedOf(uint shard) => Of(shard).Released;

    public ulong LastTermOf(uint shard) =>
        Of(shard).Last == Of(shard).Floor ? Of(shard).FloorTerm : Of(shard).Entries[Of(shard).Last].Term;

    public LogModel Copy()
    {
        var copy = new LogModel();
        foreach ((uint id, Shard shard) in _shards)
        {
            copy._shards[id] = new Shard
            {
                Entries = new(shard.Entries), Ever = shard.Ever, HardState = shard.HardState, Last = shard.Last, Released = shard.Released,
                Floor = shard.Floor, FloorTerm = shard.FloorTerm,
            };
        }

        return copy;
    }

    public void Apply(LogAppend append)
    {
        Shard shard = Of(append.Shard.Value);
        shard.HardState = append.HardState ?? shard.HardState;
        foreach (LogRecord record in append.Entries)
        {
            for (ulong old = record.Index.Value; old <= shard.Last; old++)
            {
                shard.Entries.Remove(old);
            }

            shard.Entries[record.Index.Value] = (record.Term.Value, record.Entry.ToArray());
            shard.Last = record.Index.Value;
            shard.Ever.Add((record.Index.Value, record.Term.Value, Convert.ToHexString(record.Entry.Span)));
        }
    }

    public void Release(uint shard, ulong through) => Of(shard).Released = Math.Max(Of(shard).Released, through);

    /// <summary>The shard goes on behind a snapshot.</summary>
    public void Reset(uint shard, ulong index, ulong term)
    {
        Shard reset = Of(shard);
        reset.Entries.Clear();
        reset.Last = reset.Released = reset.Floor = index;
        reset.FloorTerm = term;
    }

    /// <summary>The first difference between this and a log; null when the log holds exactly this.</summary>
    /// <remarks>The log may have forgotten releases, and have kept entries that were released.</remarks>
    public async Task<string?> DifferenceAsync(SegmentedLog log, int maxBytes = 1 << 20)
    {
        foreach (ShardId unknown in log.Shards.Where(shard => !_shards.ContainsKey(shard.Value)))
        {
            return $"shard {unknown} is not known";
        }

        foreach ((uint id, Shard shard) in _shards)
        {
            ShardLogState state = log.StateOf(new ShardId(id));
            if (state.HardState != shard.HardState)
            {
                return $"shard {id}: hard state {state.HardState}, not {shard.HardState}";
            }

            if (state.LastIndex.Value != shard.Last)
            {
                return $"shard {id}: last index {state.LastIndex}, not {shard.Last}";
            }

            if (state.TruncationIndex.Value > shard.Released)
            {
                return $"shard {id}: truncated at {state.TruncationIndex}, released to {shard.Released}";
            }

            bool isAtFloor = state.TruncationIndex.Value == shard.Floor;
            if (state.TruncationIndex.Value < shard.Floor || (isAtFloor && state.TruncationTerm.Value != shard.FloorTerm))
            {
                return $"shard {id}: truncated at {state.TruncationIndex} of term {state.TruncationTerm}, reset to {shard.Floor} of {shard.FloorTerm}";
            }

            ulong next = state.TruncationIndex.Value + 1;
            while (next <= shard.Last)
            {
                IReadOnlyList<LogRecord> records =
                    await log.ReadAsync(new ShardId(id), new LogIndex(next), maxBytes, CancellationToken.None);
                if (records.Count == 0)
                {
                    return $"shard {id}: nothing read at {next}";
                }

                foreach (LogRecord record in records)
                {
                    (ulong term, byte[] entry) = shard.Entries[next];
                    if (record.Index.Value != next || record.Term.Value != term || !record.Entry.Span.SequenceEqual(entry))
                    {
                        return $"shard {id}: entry {next} differs";
                    }

                    next++;
                }
            }
        }

        return null;
    }

    /// <summary>An entry that the log gives back otherwise than it was appended; null when there is none.</summary>
    public async Task<string?> FirstWrongEntryAsync(SegmentedLog log)
    {
        foreach (ShardId id in log.Shards)
        {
            ShardLogState state = log.StateOf(id);
            for (LogIndex next = state.TruncationIndex.Next; next <= state.LastIndex;)
            {
                IReadOnlyList<LogRecord> records = await log.ReadAsync(id, next, 1 << 20, CancellationToken.None);
                foreach (LogRecord record in records)
                {
                    if (!Of(id.Value).Ever.Contains((record.Index.Value, record.Term.Value, Convert.ToHexString(record.Entry.Span))))
                    {
                        return $"shard {id}: entry {record.Index} was never appended";
                    }
                }

                next = records[^1].Index.Next;
            }
        }

        return null;
    }

    private Shard Of(uint shard)
    {
        if (!_shards.TryGetValue(shard, out Shard? found))
        {
            _shards[shard] = found = new Shard();
        }

        return found;
    }

    private sealed class Shard
    {
        public SortedDictionary<ulong, (ulong Term, byte[] Entry)> Entries { get; init; } = [];

        /// <summary>All entries that were ever appended, superseded ones too.</summary>
        public HashSet<(ulong Index, ulong Term, string Entry)> Ever { get; init; } = [];

        public HardState HardState { get; set; }

        public ulong Last { get; set; }

        public ulong Released { get; set; }

        /// <summary>Where the last reset set the shard to.</summary>
        public ulong Floor { get; set; }

        public ulong FloorTerm { get; set; }
    }
}
