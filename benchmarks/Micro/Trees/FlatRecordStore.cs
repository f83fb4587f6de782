using System.Buffers;
using Nacre.Storage.Records;

namespace Nacre.Micro.Trees;

/// <summary>
/// Records one behind the other in memory, found by their number: what a tree costs without what a disk and a hash
/// index cost. One thread.
/// </summary>
internal sealed class FlatRecordStore : IRecordStore
{
    private const int ChunkBytes = 64 << 20;
    private readonly List<byte[]> _chunks = [];
    private readonly List<(int Chunk, int Offset, int Length)> _places = [(0, 0, 0)];
    private int _used = ChunkBytes;

    public long LogBytes { get; private set; }

    public ValueTask<RecordLease> ReadAsync(RecordKey key, CancellationToken cancellationToken) => new(Read(key));

    public RecordLease Read(RecordKey key)
    {
        (int chunk, int offset, int length) = _places[(int)key.Low];
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        _chunks[chunk].AsSpan(offset, length).CopyTo(rented);
        return new RecordLease(rented, length);
    }

    public void Write(RecordKey key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        int length = first.Length + second.Length;
        if (_used + length > ChunkBytes)
        {
            _chunks.Add(GC.AllocateArray<byte>(ChunkBytes));
            _used = 0;
        }

        Span<byte> place = _chunks[^1].AsSpan(_used);
        first.CopyTo(place);
        second.CopyTo(place[first.Length..]);
        _places.Add((_chunks.Count - 1, _used, length));
        if (key != RecordKey.Node((ulong)_places.Count - 1))
        {
            throw new InvalidOperationException("Records come in the order of their numbers.");
        }

        _used += length;
        LogBytes += length;
    }
}
