using System.Collections.Immutable;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>What the log must hold of the guest shard: its vote, and its entries by index with their terms and first bytes.</summary>
internal sealed record GuestState(HardState Hard, ImmutableSortedDictionary<ulong, (ulong Term, byte Mark)> Entries)
{
    public static GuestState Empty { get; } = new(default, ImmutableSortedDictionary<ulong, (ulong, byte)>.Empty);

    /// <summary>The state after one more append.</summary>
    public GuestState After(LogAppend append)
    {
        ImmutableSortedDictionary<ulong, (ulong Term, byte Mark)> entries = Entries;
        if (append.Entries.Count > 0)
        {
            ulong first = append.Entries[0].Index.Value;
            entries = entries.RemoveRange(entries.Keys.Where(index => index >= first).ToArray());
            foreach (LogRecord record in append.Entries)
            {
                entries = entries.Add(record.Index.Value, (record.Term.Value, record.Entry.Span[0]));
            }
        }

        return new GuestState(append.HardState ?? Hard, entries);
    }

    /// <summary>Where a log differs from this above its truncation; null where it does not.</summary>
    public string? DifferenceFrom(ShardLogState log, IReadOnlyList<LogRecord> found)
    {
        var expected = Entries.Where(entry => entry.Key > log.TruncationIndex.Value).Select(entry => (entry.Key, entry.Value.Term, entry.Value.Mark)).ToArray();
        var there = found.Select(record => (record.Index.Value, record.Term.Value, record.Entry.Span[0])).ToArray();
        return log.HardState != Hard ? $"its hard state is {log.HardState}, not {Hard}"
            : !there.SequenceEqual(expected) ? $"it has {string.Join(' ', there)}, not {string.Join(' ', expected)}" : null;
    }
}
