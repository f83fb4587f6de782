using Nacre.Core.Files;
using Nacre.Core.Ids;

namespace Nacre.Storage.Devices;

/// <content>Rewriting segments under the current data key.</content>
internal sealed partial class BlockLog
{
    /// <summary>The oldest segment with a block under another key; null when there is none.</summary>
    public long? FindStale(DataKeyId current)
    {
        lock (_writer)
        {
            return _segments.Values
                .Where(segment => _epochs.Select(segment.Epochs).Any(epoch => epoch.Key != current))
                .Select(segment => (long?)segment.Number)
                .Min();
        }
    }

    /// <summary>
    /// Copies a segment into a new file under the current data key and puts that in its place. The old file stays
    /// until no kept manifest names it.
    /// </summary>
    /// <param name="number">The segment.</param>
    /// <returns>False when the segment is being filled in a way that cannot be copied just now.</returns>
    /// <exception cref="StorageFaultException">
    /// A block fails its check, or the disk refuses; nothing changed.
    /// </exception>
    public bool Reencrypt(long number)
    {
        if (!_segments.TryGetValue(number, out Segment? old))
        {
            return true;
        }

        if (old.Root is not null)
        {
            Copy(old, (number + 1) * _geometry.SegmentBytes);
            return true;
        }

        // The segment that is being filled: nobody writes to it meanwhile.
        lock (_writer)
        {
            lock (_room)
            {
                return TryCopyTail(old);
            }
        }
    }

    private bool TryCopyTail(Segment old)
    {
        if (_ahead.Count > 0 || old.Root is not null || _geometry.SegmentOf(_writtenUntil) != old.Number)
        {
            return false;
        }

        Copy(old, _writtenUntil);
        return true;
    }

    private void Copy(Segment old, long end)
    {
        Segment copy = Segment.Create(_options, old.Number, checked(old.Generation + 1));
        try
        {
            copy.Allocate(Math.Max(old.AllocatedBytes, _geometry.FileBytesThrough(end, old.Number)));
            for (long address = old.Number * _geometry.SegmentBytes; address < end; address += BlockGeometry.GroupBytes)
            {
                CopyGroup(copy, address, (int)(Math.Min(BlockGeometry.GroupBytes, end - address) / BlockGeometry.BlockBytes));
            }

            Replace(old, copy);
        }
        catch (Exception exception)
        {
            // A full disk must not be kept full by what came to nothing.
            Forget(copy);
            _options.FileSystem.Delete(copy.Path);
            if (exception is StorageFaultException && !(_segments.TryGetValue(old.Number, out Segment? now) && now == old))
            {
                // Compaction gave the segment up meanwhile: there was nothing left to read.
                return;
            }

            throw;
        }
    }

    private void Forget(Segment segment)
    {
        foreach (TagKey key in _filling.Keys)
        {
            if (key.Group / _geometry.Groups == segment.Number && key.Generation == segment.Generation)
            {
                _filling.TryRemove(key, out _);
            }
        }

        segment.Retire();
    }

    private void CopyGroup(Segment copy, long address, int blocks)
    {
        byte[] clear = new byte[blocks * BlockGeometry.BlockBytes];
        Read(address, clear);
        lock (_writer)
        {
            TagGroup tags = new();
            SealBlocks(copy, tags, 0, address, clear);
            tags.Written = blocks;
            long group = BlockGeometry.GroupOf(address);
            if (tags.IsComplete)
            {
                tags.Entries.CopyTo(_scratch.AsSpan(BlockGeometry.GroupBytes));
                copy.Write(_geometry.GroupPosition(group), _scratch);
                copy.Complete((int)(group % _geometry.Groups), tags.Entries);
            }
            else
            {
                copy.Write(_geometry.GroupPosition(group), _scratch.AsSpan(0, clear.Length));
                _filling[new TagKey(group, copy.Generation)] = tags;
            }
        }

        Array.Clear(clear);
    }

    private void Replace(Segment old, Segment copy)
    {
        copy.Flush();
        _options.FileSystem.SyncDirectory(_options.Directory);
        bool replaced;
        lock (_writer)
        {
            copy.IsDirty = false;
            replaced = _segments.TryUpdate(old.Number, copy, old);
        }

        Forget(replaced ? old : copy);
        if (!replaced)
        {
            // Compaction gave the segment up meanwhile.
            _options.FileSystem.Delete(copy.Path);
        }
    }
}
