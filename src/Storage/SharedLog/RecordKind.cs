namespace Nacre.Storage.SharedLog;

/// <summary>The first byte of each record in a section.</summary>
internal enum RecordKind : byte
{
    /// <summary>Contiguous entries of one shard.</summary>
    Entries = 1,

    /// <summary>A shard's hard state.</summary>
    HardState = 2,

    /// <summary>A shard's entries through an index were released.</summary>
    Truncation = 3,

    /// <summary>Segments through a use id were freed.</summary>
    Freed = 4,

    /// <summary>What the node left at a clean stop.</summary>
    Note = 5,

    /// <summary>A shard's entries are all gone: it goes on behind an index, with a snapshot.</summary>
    Reset = 6,
}
