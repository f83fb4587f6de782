using System.Collections.Immutable;

namespace Nacre.Storage.Records.Memory;

/// <summary>One point in time of a record store; immutable.</summary>
/// <param name="ByKey">The records.</param>
/// <param name="ByAddress">Their keys in the order of writes, for compaction; not those that it has passed.</param>
/// <param name="Dead">Keys of the places that compaction has passed and not given back.</param>
/// <param name="Begin">Where the log begins: what lies below was given back.</param>
/// <param name="Compacted">Where compaction stands.</param>
/// <param name="Tail">Where the next record goes.</param>
internal sealed record MemoryRecords(
    ImmutableDictionary<RecordKey, MemoryRecord> ByKey,
    ImmutableSortedDictionary<long, RecordKey> ByAddress,
    ImmutableSortedDictionary<long, RecordKey> Dead,
    long Begin,
    long Compacted,
    long Tail)
{
    /// <summary>A new store's.</summary>
    public static MemoryRecords Empty { get; } = new(
        ImmutableDictionary<RecordKey, MemoryRecord>.Empty, ImmutableSortedDictionary<long, RecordKey>.Empty,
        ImmutableSortedDictionary<long, RecordKey>.Empty, 0, 0, 0);
}
