using Nacre.Core;
using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

/// <content>Fixing a point, and checkpoints of the hash index.</content>
internal sealed partial class FasterRecordStore
{
    /// <summary>High half of the keys of fillers; no record has it.</summary>
    private const ulong FillerHigh = ulong.MaxValue;

    private static readonly byte[] Zeros = new byte[2 * BlockGeometry.BlockBytes];

    /// <summary>
    /// Fixes everything written so far as what a checkpoint holds, and has it written out in the background.
    /// FASTER's own fold-over does the same between two phases of a protocol for many writers, for which the applier
    /// would have to stand still; with one writer the tail simply is the point.
    /// </summary>
    /// <returns>The end: a multiple of the block size, so that no block is written in two parts.</returns>
    public RecordLogState FixPoint()
    {
        long end = _store.Log.TailAddress;
        while (end % BlockGeometry.BlockBytes != 0)
        {
            WriteFiller(end);
            end = _store.Log.TailAddress;
        }

        _store.Log.ShiftReadOnlyAddress(end, wait: false);
        return new RecordLogState(_compacted, end, _records);
    }

    /// <summary>
    /// Takes a checkpoint of the hash index. It holds for the next point that is fixed after it completes, not for
    /// one fixed meanwhile. Any thread.
    /// </summary>
    /// <returns>Null when FASTER is busy with the index otherwise.</returns>
    public async Task<IndexCheckpoint?> TakeIndexCheckpointAsync()
    {
        if (!_store.TryInitiateIndexCheckpoint(out Guid token))
        {
            return null;
        }

        await _store.CompleteCheckpointAsync().ConfigureAwait(false);
        (EncryptedDevice device, byte[]? metadata) = _checkpoints.TakeIndex(token);
        Invariant.Check(metadata is not null);
        return new IndexCheckpoint(token, metadata, _store.Log.TailAddress, device);
    }

    /// <summary>Bytes that the hash index takes in memory, and a checkpoint of it on disk.</summary>
    public long IndexBytes => (_store.IndexSize + _store.OverflowBucketCount) * BucketBytes;

    private void WriteFiller(long tail)
    {
        int gap = BlockGeometry.BlockBytes - (int)(tail % BlockGeometry.BlockBytes);
        if (gap < RecordLayout.SizeOf(0))
        {
            gap += BlockGeometry.BlockBytes;
        }

        Append(new RecordKey(FillerHigh, (ulong)tail), Zeros.AsSpan(0, gap - RecordLayout.OverheadBytes), [], keep: 0);
    }
}
