using Nacre.Core.Files;
using Nacre.Storage.Records;

namespace Nacre.Storage.Tests.Trees;

/// <summary>A store that counts what is asked of it, fails when told to, and can take its time.</summary>
internal sealed class TestRecordStore(IRecordStore inner, bool asynchronous = false) : IRecordStore
{
    private int _asyncReads;

    public long LogBytes => inner.LogBytes;

    /// <summary>Reads that blocked.</summary>
    public int BlockingReads { get; private set; }

    /// <summary>Reads that did not.</summary>
    public int AsyncReads => _asyncReads;

    public int Writes { get; private set; }

    /// <summary>Reads and writes of the applier that still succeed.</summary>
    public int Allowed { get; set; } = int.MaxValue;

    public async ValueTask<RecordLease> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asyncReads);
        cancellationToken.ThrowIfCancellationRequested();
        if (asynchronous)
        {
            await Task.Yield();
        }

        return inner.Read(key);
    }

    public RecordLease Read(RecordKey key)
    {
        Spend();
        BlockingReads++;
        return inner.Read(key);
    }

    public void Write(RecordKey key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Spend();
        Writes++;
        inner.Write(key, first, second);
    }

    private void Spend()
    {
        if (Allowed-- <= 0)
        {
            throw new StorageFaultException(StorageFaultKind.Io, "test", "anywhere", "told to fail");
        }
    }
}
