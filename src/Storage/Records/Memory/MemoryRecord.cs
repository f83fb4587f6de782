namespace Nacre.Storage.Records.Memory;

/// <summary>A record and the place that it would have in a log.</summary>
/// <param name="Address">Bytes from the log's beginning.</param>
/// <param name="Value">The record's bytes; never changed.</param>
internal sealed record MemoryRecord(long Address, byte[] Value)
{
    /// <summary>Log bytes that it takes: key, header and value.</summary>
    public long SizeBytes => RecordKey.SizeBytes + 16 + Value.Length;
}
