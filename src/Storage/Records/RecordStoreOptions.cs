namespace Nacre.Storage.Records;

/// <summary>How one record store uses memory and disk.</summary>
internal sealed record RecordStoreOptions
{
    /// <summary>Bytes of a log page, a power of two, 128 KiB to 16 MiB; a record fits in one. Fixed when a store is created.</summary>
    public int PageBytes { get; init; } = 1 << 20;

    /// <summary>Memory for the log's newest pages and the hash index together. At least 8 pages; live at the next start.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Bytes that the first read of a record from disk fetches, header included. Live at the next start.</summary>
    public required int TypicalRecordBytes { get; init; }

    /// <summary>Disk space kept reserved ahead of the log's end, for what is committed when the disk fills up.</summary>
    public long ReserveBytes { get; init; } = 8 << 20;

    /// <summary>Disk space reserved at a time.</summary>
    public long ReserveStepBytes { get; init; } = 4 << 20;
}
