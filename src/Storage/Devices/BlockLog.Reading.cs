using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Core.Files;

namespace Nacre.Storage.Devices;

/// <content>Reading and proving blocks.</content>
internal sealed partial class BlockLog
{
    /// <summary>Reads and decrypts blocks; those at or above <see cref="WrittenUntil"/> read as zeros.</summary>
    /// <param name="address">Of the first block.</param>
    /// <param name="buffer">Whole blocks; undefined after a fault.</param>
    /// <exception cref="StorageFaultException">The disk refuses, or a block fails its check.</exception>
    public void Read(long address, Span<byte> buffer)
    {
        Invariant.Check(address % BlockGeometry.BlockBytes == 0);
        Invariant.Check(buffer.Length % BlockGeometry.BlockBytes == 0);
        long written = WrittenUntil;
        while (buffer.Length > 0)
        {
            if (address >= written)
            {
                buffer.Clear();
                return;
            }

            long groupEnd = (BlockGeometry.GroupOf(address) + 1) * BlockGeometry.GroupBytes;
            int run = (int)Math.Min(buffer.Length, Math.Min(groupEnd, written) - address);
            ReadRun(address, buffer[..run]);
            address += run;
            buffer = buffer[run..];
        }
    }

    private void ReadRun(long address, Span<byte> buffer)
    {
        while (!TryReadRun(address, buffer))
        {
            // The segment was replaced meanwhile, and what proves the old file's blocks may be gone: read the new one.
        }
    }

    private bool TryReadRun(long address, Span<byte> buffer)
    {
        Segment segment = Acquire(address);
        try
        {
            TagGroup tags = TagsOf(BlockGeometry.GroupOf(address), segment);
            segment.Read(_geometry.BlockPosition(address), buffer);
            OpenBlocks(segment, tags, address, buffer);
            return true;
        }
        catch (StorageFaultException) when (_segments.TryGetValue(segment.Number, out Segment? now) && now != segment)
        {
            return false;
        }
        finally
        {
            segment.Release();
        }
    }

    private void OpenBlocks(Segment segment, TagGroup tags, long address, Span<byte> buffer)
    {
        Span<byte> associated = stackalloc byte[BlockCipher.AssociatedBytes];
        int block = (int)(address % BlockGeometry.GroupBytes / BlockGeometry.BlockBytes);
        for (int offset = 0; offset < buffer.Length; offset += BlockGeometry.BlockBytes, block++)
        {
            WriteAssociated(associated, segment, address + offset);
            ReadOnlySpan<byte> entry = tags.Entry(block);
            BlockCipher? cipher = _epochs.For(BinaryPrimitives.ReadUInt32LittleEndian(entry));
            if (cipher is null || !cipher.TryOpen(buffer.Slice(offset, BlockGeometry.BlockBytes), entry, associated))
            {
                throw segment.Corrupt(Place(address + offset), "the block fails its check");
            }
        }
    }

    private Segment Acquire(long address)
    {
        // A segment that is being replaced is retired after its successor is in place: look again.
        while (_segments.TryGetValue(_geometry.SegmentOf(address), out Segment? segment))
        {
            if (segment.TryAcquire())
            {
                return segment;
            }
        }

        throw new StorageFaultException(
            StorageFaultKind.Corrupt, _options.Log.FilePrefix, $"address {address}", "the segment is gone");
    }

    private TagGroup TagsOf(long group, Segment segment)
    {
        // A group that was just completed enters the cache and its file before it leaves the filling ones.
        TagKey key = new(group, segment.Generation);
        if (_filling.TryGetValue(key, out TagGroup? known) || (known = _cache.Find(key)) is not null)
        {
            return known;
        }

        TagGroup tags = new() { Written = BlockGeometry.GroupBlocks };
        segment.Read(_geometry.TagPosition(group), tags.Entries);
        Span<byte> hash = stackalloc byte[BlockGeometry.HashBytes];
        SHA256.HashData(tags.Entries, hash);
        if (!hash.SequenceEqual(segment.HashOf((int)(group % _geometry.Groups))))
        {
            throw segment.Corrupt($"tags of group {group % _geometry.Groups}", "the tag sector is not the one that was sealed");
        }

        _cache.Add(key, tags);
        return tags;
    }

    private string Place(long address) => $"block {address % _geometry.SegmentBytes / BlockGeometry.BlockBytes}";
}
