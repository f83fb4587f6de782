using System.Buffers;
using System.Runtime.CompilerServices;
using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Storage.Records;

namespace Nacre.Storage.Documents;

/// <summary>Puts documents together from their records.</summary>
/// <remarks>
/// Thread-safe. What cannot be right throws <see cref="Core.Files.StorageFaultException"/>: a record is missing, or is
/// not of the version asked for.
/// </remarks>
internal sealed class ItemReader(IRecordStore records)
{
    /// <summary>Reads a version; completes synchronously when it is in memory in one record.</summary>
    /// <param name="range">The item's range.</param>
    /// <param name="version">As the item tree names it.</param>
    /// <param name="itemKey">The item's key; borrowed until completion.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public ValueTask<DocumentLease> ReadAsync(
        RangeSnapshot.Range range, ItemVersion version, ReadOnlyMemory<byte> itemKey,
        CancellationToken cancellationToken)
    {
        ValueTask<RecordLease> read = records.ReadAsync(
            RecordKey.Item(range.Tablet, version.Lsn, version.Ordinal, 0), cancellationToken);
        return read.IsCompletedSuccessfully && version.Length <= ItemRecord.ChunkBytes
            ? new(Accept(range, version, itemKey.Span, read.Result))
            : AwaitAsync(read, range, version, itemKey, cancellationToken);
    }

    /// <summary>Reads a version that the change tree names.</summary>
    /// <param name="range">The range.</param>
    /// <param name="lsn">The write.</param>
    /// <param name="ordinal">The operation.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>The document and the item's key.</returns>
    public async ValueTask<(DocumentLease Document, byte[] ItemKey)> ReadChangeAsync(
        RangeSnapshot.Range range, Lsn lsn, ushort ordinal, CancellationToken cancellationToken)
    {
        RecordLease first = await records.ReadAsync(RecordKey.Item(range.Tablet, lsn, ordinal, 0), cancellationToken);
        ItemVersion version;
        byte[] itemKey;
        try
        {
            (version, itemKey) = Identify(range, lsn, ordinal, first);
        }
        catch
        {
            first.Dispose();
            throw;
        }

        return (await CompleteAsync(first, range, version, itemKey, cancellationToken), itemKey);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<DocumentLease> AwaitAsync(
        ValueTask<RecordLease> read, RangeSnapshot.Range range, ItemVersion version, ReadOnlyMemory<byte> itemKey,
        CancellationToken cancellationToken)
    {
        RecordLease first = await read;
        return await CompleteAsync(first, range, version, itemKey, cancellationToken);
    }

    private ValueTask<DocumentLease> CompleteAsync(
        RecordLease first, RangeSnapshot.Range range, ItemVersion version, ReadOnlyMemory<byte> itemKey,
        CancellationToken cancellationToken) =>
        version.Length <= ItemRecord.ChunkBytes
            ? new(Accept(range, version, itemKey.Span, first))
            : GatherAsync(first, range, version, itemKey, cancellationToken);

    /// <summary>Reads a document of several chunks.</summary>
    private async ValueTask<DocumentLease> GatherAsync(
        RecordLease first, RangeSnapshot.Range range, ItemVersion version, ReadOnlyMemory<byte> itemKey,
        CancellationToken cancellationToken)
    {
        byte[] whole = ArrayPool<byte>.Shared.Rent(version.Length);
        try
        {
            ulong timestamp = CopyFirst(first, range, version, itemKey.Span, whole);
            for (int chunk = 1; chunk < ItemRecord.ChunksOf(version.Length); chunk++)
            {
                using RecordLease lease = await records.ReadAsync(
                    RecordKey.Item(range.Tablet, version.Lsn, version.Ordinal, (ushort)chunk), cancellationToken);
                CopyChunk(lease, range, version, chunk, whole);
            }

            return LeaseOf(whole, 0, range, version, timestamp);
        }
        catch
        {
            whole.AsSpan(0, version.Length).Clear();
            ArrayPool<byte>.Shared.Return(whole);
            throw;
        }
    }

    /// <summary>Makes a document of the one record that holds it, in that record's buffer.</summary>
    private static DocumentLease Accept(
        RangeSnapshot.Range range, in ItemVersion version, ReadOnlySpan<byte> itemKey, RecordLease record)
    {
        if (!IsOf(record, version, itemKey, out int bodyAt, out ulong timestamp))
        {
            string detail = record.Found ? "A record is of another item or version" : "A record is missing";
            record.Dispose();
            throw DocumentErrors.BadRecord(range.Tablet, version.Lsn, version.Ordinal, detail);
        }

        return LeaseOf(record.Detach(), bodyAt, range, version, timestamp);
    }

    private static bool IsOf(
        in RecordLease record, in ItemVersion version, ReadOnlySpan<byte> itemKey, out int bodyAt, out ulong timestamp)
    {
        bodyAt = 0;
        timestamp = 0;
        if (!record.Found ||
            !ItemRecord.TryReadHeader(record.Span, out ItemHeader header) ||
            !header.IsOf(itemKey, version))
        {
            return false;
        }

        bodyAt = record.Span.Length - header.Body.Length;
        timestamp = header.Timestamp;
        return true;
    }

    private static ulong CopyFirst(
        RecordLease record, RangeSnapshot.Range range, in ItemVersion version, ReadOnlySpan<byte> itemKey, byte[] whole)
    {
        using (record)
        {
            if (!IsOf(record, version, itemKey, out int bodyAt, out ulong timestamp))
            {
                throw DocumentErrors.BadRecord(range.Tablet, version.Lsn, version.Ordinal,
                    record.Found ? "A record is of another item or version" : "A record is missing");
            }

            record.Span[bodyAt..].CopyTo(whole);
            return timestamp;
        }
    }

    private static void CopyChunk(
        in RecordLease record, RangeSnapshot.Range range, in ItemVersion version, int chunk, byte[] whole)
    {
        if (!record.Found ||
            !ItemRecord.TryReadChunk(record.Span, out ReadOnlySpan<byte> body) ||
            body.Length != ItemRecord.ChunkLength(version.Length, chunk))
        {
            throw DocumentErrors.BadRecord(
                range.Tablet, version.Lsn, version.Ordinal, $"Chunk {chunk} is missing or of another length");
        }

        body.CopyTo(whole.AsSpan(chunk * ItemRecord.ChunkBytes));
    }

    private static DocumentLease LeaseOf(
        byte[] rented, int offset, RangeSnapshot.Range range, in ItemVersion version, ulong timestamp) => new(
        rented, offset, version.Length, range.Definition.Range, version.Lsn,
        DateTimeOffset.FromUnixTimeMilliseconds((long)timestamp));

    private static (ItemVersion Version, byte[] ItemKey) Identify(
        RangeSnapshot.Range range, Lsn lsn, ushort ordinal, in RecordLease first)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ItemKey.MaxBytes);
        if (first.Found && ItemRecord.TryReadHeader(first.Span, out ItemHeader header) && header.Age < lsn.Value)
        {
            int length = header.ReadItemKey(buffer);
            if (length > 0)
            {
                byte[] itemKey = buffer[..length];
                ArrayPool<byte>.Shared.Return(buffer);
                int headerBytes = first.Span.Length - header.Body.Length;
                var created = new Lsn(lsn.Value - header.Age);
                return (new ItemVersion(lsn, ordinal, header.Length, created, headerBytes), itemKey);
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
        string detail = first.Found ? "A record cannot be read" : "A record is missing";
        throw DocumentErrors.BadRecord(range.Tablet, lsn, ordinal, detail);
    }
}
