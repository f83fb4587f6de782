using System.Numerics;
using Nacre.Core;

namespace Nacre.Storage.Devices;

/// <summary>
/// Where things lie in a segment file: a header sector, groups of 128 data blocks each followed by the sector of
/// their tags, and a seal sector with a hash of every group's tags. See docs/formats/store.md.
/// </summary>
internal sealed class BlockGeometry
{
    /// <summary>Bytes of a block and of a sector.</summary>
    public const int BlockBytes = 4096;

    /// <summary>Bytes of a tag entry: epoch (4), zero (4), counter (8), tag (16).</summary>
    public const int TagBytes = 32;

    /// <summary>Data blocks of a group.</summary>
    public const int GroupBlocks = BlockBytes / TagBytes;

    /// <summary>Data bytes of a group.</summary>
    public const int GroupBytes = GroupBlocks * BlockBytes;

    /// <summary>Bytes of a hash in the seal sector.</summary>
    public const int HashBytes = 32;

    /// <summary>Most groups of a segment: their hashes fill the seal sector.</summary>
    public const int MaxGroups = BlockBytes / HashBytes;

    private const int GroupFileBytes = GroupBytes + BlockBytes;

    /// <summary>Makes a geometry.</summary>
    /// <param name="groups">
    /// Groups of a segment: a power of two, 1 to <see cref="MaxGroups"/>. Fixed when a store is created.
    /// </param>
    public BlockGeometry(int groups)
    {
        Invariant.Check(groups is >= 1 and <= MaxGroups);
        Invariant.Check(BitOperations.IsPow2(groups));
        Groups = groups;
    }

    /// <summary>Groups of a segment.</summary>
    public int Groups { get; }

    /// <summary>Data bytes of a segment.</summary>
    public long SegmentBytes => (long)Groups * GroupBytes;

    /// <summary>Bytes of a sealed segment's file.</summary>
    public long FileBytes => SealPosition + BlockBytes;

    /// <summary>Where the seal sector lies in a file.</summary>
    public long SealPosition => BlockBytes + ((long)Groups * GroupFileBytes);

    /// <summary>The segment that holds an address.</summary>
    public long SegmentOf(long address) => address / SegmentBytes;

    /// <summary>The group, counted over all segments, that holds an address.</summary>
    public static long GroupOf(long address) => address / GroupBytes;

    /// <summary>Where a group's first block lies in its segment's file.</summary>
    /// <param name="group">Counted over all segments.</param>
    public long GroupPosition(long group) => BlockBytes + (group % Groups * GroupFileBytes);

    /// <summary>Where a group's tag sector lies in its segment's file.</summary>
    /// <param name="group">Counted over all segments.</param>
    public long TagPosition(long group) => GroupPosition(group) + GroupBytes;

    /// <summary>Where a block lies in its segment's file.</summary>
    public long BlockPosition(long address) => GroupPosition(GroupOf(address)) + (address % GroupBytes);

    /// <summary>
    /// Bytes of a file that holds data up to an address and no further; the whole file for a segment's end.
    /// </summary>
    /// <param name="end">An address in the segment, block-aligned, or its end.</param>
    /// <param name="segment">The segment.</param>
    public long FileBytesThrough(long end, long segment)
    {
        long inSegment = end - (segment * SegmentBytes);
        Invariant.Check(inSegment >= 0);
        Invariant.Check(inSegment <= SegmentBytes);
        return inSegment == SegmentBytes
            ? FileBytes
            : BlockBytes + (inSegment / GroupBytes * GroupFileBytes) + (inSegment % GroupBytes);
    }
}
