using Nacre.Core;
using Nacre.Core.Files;

namespace Nacre.Storage.Devices;

/// <content>What a checkpoint needs: flushing, and the state below an address.</content>
internal sealed partial class BlockLog
{
    /// <summary>Makes everything written so far durable.</summary>
    /// <exception cref="StorageFaultException">The disk refuses: the log cannot go on. Never NoSpace.</exception>
    public void Sync()
    {
        List<Segment> dirty;
        bool directory;
        lock (_writer)
        {
            lock (_room)
            {
                directory = _directoryDirty;
                _directoryDirty = false;
            }

            dirty = [.. _segments.Values.Where(segment => segment.IsDirty).OrderBy(segment => segment.Number)];
            foreach (Segment segment in dirty)
            {
                segment.IsDirty = false;
                Invariant.Check(segment.TryAcquire());
            }
        }

        try
        {
            foreach (Segment segment in dirty)
            {
                segment.Flush();
            }

            if (directory)
            {
                _options.FileSystem.SyncDirectory(_options.Directory);
            }
        }
        catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.NoSpace)
        {
            // The kernel has dropped what it could not write and would call the next flush good: no full disk to wait for.
            throw new StorageFaultException(
                StorageFaultKind.Io, fault.File, fault.Place, $"what was written is lost: {fault.Message}", fault);
        }
        finally
        {
            foreach (Segment segment in dirty)
            {
                segment.Release();
            }
        }
    }

    /// <summary>What a manifest must keep so that every block below an address can be read and proved.</summary>
    /// <param name="end">At most <see cref="WrittenUntil"/>.</param>
    public BlockLogState Capture(long end)
    {
        Invariant.Check(end % BlockGeometry.BlockBytes == 0);
        lock (_writer)
        {
            Invariant.Check(end <= _writtenUntil);
            List<SealedSegmentState> full = [];
            TailSegmentState? tail = null;
            HashSet<uint> epochs = [];
            foreach (Segment segment in _segments.Values.OrderBy(segment => segment.Number))
            {
                long start = segment.Number * _geometry.SegmentBytes;
                if (start >= end)
                {
                    break;
                }

                epochs.UnionWith(segment.Epochs);
                if (start + _geometry.SegmentBytes <= end)
                {
                    Invariant.Check(segment.Root is not null);
                    full.Add(new SealedSegmentState(segment.Number, segment.Generation, [.. segment.Epochs], segment.Root));
                }
                else
                {
                    tail = CaptureTail(segment, start, end);
                }
            }

            return new BlockLogState(_options.Log, end, _epochs.Next, _epochs.Select(epochs), full, tail);
        }
    }

    /// <summary>
    /// Forgets the segments that end at or below an address; their files stay until somebody removes them.
    /// </summary>
    public void Forget(long begin)
    {
        lock (_writer)
        {
            foreach (Segment segment in _segments.Values.Where(segment => (segment.Number + 1) * _geometry.SegmentBytes <= begin))
            {
                Invariant.Check((segment.Number + 1) * _geometry.SegmentBytes <= _writtenUntil);
                _segments.TryRemove(segment.Number, out _);
                segment.Retire();
            }
        }
    }

    private TailSegmentState CaptureTail(Segment segment, long start, long end)
    {
        int groups = (int)((end - start) / BlockGeometry.GroupBytes);
        int blocks = (int)(end % BlockGeometry.GroupBytes / BlockGeometry.BlockBytes);
        byte[] tags = [];
        if (blocks > 0)
        {
            Invariant.Check(segment.TryAcquire());
            try
            {
                tags = TagsOf(BlockGeometry.GroupOf(end), segment).Entries[..(blocks * BlockGeometry.TagBytes)];
            }
            finally
            {
                segment.Release();
            }
        }

        return new TailSegmentState(segment.Number, segment.Generation, [.. segment.Epochs], segment.FirstHashes(groups), tags);
    }
}
