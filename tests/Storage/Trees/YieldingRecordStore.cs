using Nacre.Storage.Records;

namespace Nacre.Storage.Tests.Trees;

/// <summary>A store whose reads never complete at once, as ones from a disk do not.</summary>
internal sealed class YieldingRecordStore(IRecordStore inner) : IRecordStore
{
    public long LogBytes => inner.LogBytes;

    public async ValueTask<RecordLease> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return await inner.ReadAsync(key, cancellationToken);
    }

    public RecordLease Read(RecordKey key) => inner.Read(key);

    public void Write(RecordKey key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        inner.Write(key, first, second);
}
