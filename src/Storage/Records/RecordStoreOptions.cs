namespace Nacre.Storage.Records;

/// <summary>How one record store uses memory and disk.</summary>
internal sealed record RecordStoreOptions
{
    /// <summary>
    /// Bytes of a log page, a power of two, 128 KiB to 16 MiB; a record fits in one. Fixed when a store is created.
    /// </summary>
    public int PageBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Memory for the log's newest pages and the hash index together. At least 8 pages; live at the next start.
    /// </summary>
    public required long MemoryBytes { get; init; }

    /// <summary>
    /// Share of <see cref="MemoryBytes"/> for the hash index, 0.01 to 0.5. At 64 bytes for 7 records it serves many times
    /// more records than fit in memory; beyond that lookups get slower, and it grows by 9 bytes a record. Taken when
    /// the index is built: at creation, or when the whole log is read.
    /// </summary>
    public required double IndexShare { get; init; }

    /// <summary>
    /// Bytes that the first read of a record from disk fetches, header included. Live at the next start.
    /// </summary>
    public required int TypicalRecordBytes { get; init; }

    /// <summary>
    /// Disk space kept reserved ahead of the log's end, for what is committed when the disk fills up.
    /// </summary>
    public long ReserveBytes { get; init; } = 8 << 20;

    /// <summary>Disk space reserved at a time.</summary>
    public long ReserveStepBytes { get; init; } = 4 << 20;
}
