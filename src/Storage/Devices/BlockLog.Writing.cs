using Nacre.Core;
using Nacre.Core.Files;

namespace Nacre.Storage.Devices;

/// <content>Writing blocks, and the room that they need.</content>
internal sealed partial class BlockLog
{
    /// <summary>Encrypts and writes blocks that were not written before.</summary>
    /// <param name="address">Of the first block.</param>
    /// <param name="clear">Whole blocks.</param>
    /// <exception cref="StorageFaultException">The disk refuses: the log cannot go on.</exception>
    public void Write(long address, ReadOnlySpan<byte> clear)
    {
        Invariant.Check(address % BlockGeometry.BlockBytes == 0);
        Invariant.Check(clear.Length % BlockGeometry.BlockBytes == 0);
        lock (_writer)
        {
            while (clear.Length > 0)
            {
                long groupEnd = (BlockGeometry.GroupOf(address) + 1) * BlockGeometry.GroupBytes;
                int run = (int)Math.Min(clear.Length, groupEnd - address);
                WriteRun(address, clear[..run]);
                Advance(address, address + run);
                address += run;
                clear = clear[run..];
            }
        }
    }

    /// <summary>Makes files and reserves disk blocks for everything below an address.</summary>
    /// <exception cref="StorageFaultException">No room is left; what was reserved before stays.</exception>
    public void Reserve(long until)
    {
        lock (_room)
        {
            for (long number = _geometry.SegmentOf(WrittenUntil); number * _geometry.SegmentBytes < until; number++)
            {
                long end = Math.Min(until, (number + 1) * _geometry.SegmentBytes);
                Segment segment = SegmentAt(number);
                Invariant.Check(segment.TryAcquire());
                try
                {
                    segment.Allocate(_geometry.FileBytesThrough(end, number));
                }
                finally
                {
                    segment.Release();
                }
            }
        }
    }

    private void WriteRun(long address, ReadOnlySpan<byte> clear)
    {
        long group = BlockGeometry.GroupOf(address);
        Segment segment = SegmentAt(_geometry.SegmentOf(address));
        TagKey key = new(group, segment.Generation);
        TagGroup tags = _filling.GetOrAdd(key, static _ => new TagGroup());
        Invariant.Check(segment.TryAcquire());
        try
        {
            int blocks = clear.Length / BlockGeometry.BlockBytes;
            int first = (int)(address % BlockGeometry.GroupBytes / BlockGeometry.BlockBytes);
            SealBlocks(segment, tags, first, address, clear);
            tags.Written += blocks;
            int bytes = clear.Length;
            bool endsGroup = first + blocks == BlockGeometry.GroupBlocks;
            if (tags.IsComplete && endsGroup)
            {
                tags.Entries.CopyTo(_scratch.AsSpan(bytes));
                bytes += BlockGeometry.BlockBytes;
            }

            segment.Write(_geometry.BlockPosition(address), _scratch.AsSpan(0, bytes));
            if (tags.IsComplete)
            {
                if (!endsGroup)
                {
                    segment.Write(_geometry.TagPosition(group), tags.Entries);
                }

                segment.Complete((int)(group % _geometry.Groups), tags.Entries);
                _cache.Add(key, tags);
                _filling.TryRemove(key, out _);
            }
        }
        finally
        {
            segment.Release();
        }
    }

    private void SealBlocks(Segment segment, TagGroup tags, int first, long address, ReadOnlySpan<byte> clear)
    {
        BlockCipher cipher = _epochs.Writing();
        segment.Epochs.Add(cipher.Epoch.Ordinal);
        Span<byte> associated = stackalloc byte[BlockCipher.AssociatedBytes];
        for (int offset = 0; offset < clear.Length; offset += BlockGeometry.BlockBytes)
        {
            if (cipher.IsSpent)
            {
                cipher = _epochs.Writing();
                segment.Epochs.Add(cipher.Epoch.Ordinal);
            }

            Span<byte> entry = tags.Entry(first + (offset / BlockGeometry.BlockBytes));
            Invariant.Check(entry.IndexOfAnyExcept((byte)0) < 0);
            WriteAssociated(associated, segment, address + offset);
            cipher.Seal(
                clear.Slice(offset, BlockGeometry.BlockBytes), _scratch.AsSpan(offset, BlockGeometry.BlockBytes), entry,
                associated);
        }
    }

    private Segment SegmentAt(long number)
    {
        if (_segments.TryGetValue(number, out Segment? segment))
        {
            return segment;
        }

        lock (_room)
        {
            ObjectDisposedException.ThrowIf(_hasEnded, this);
            if (!_segments.TryGetValue(number, out segment))
            {
                segment = Segment.Create(_options, number, generation: 0);
                _segments[number] = segment;
                _directoryDirty = true;
            }

            return segment;
        }
    }

    // FASTER may flush a page before the rest of the page below it: the mark moves over gaps once they are filled.
    private void Advance(long from, long until)
    {
        Invariant.Check(from >= _writtenUntil);
        if (from > _writtenUntil)
        {
            _ahead.Add(from, until);
            return;
        }

        while (_ahead.Remove(until, out long next))
        {
            until = next;
        }

        Volatile.Write(ref _writtenUntil, until);
    }
}
