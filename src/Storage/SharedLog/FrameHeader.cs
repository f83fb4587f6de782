using System.Buffers.Binary;

namespace Nacre.Storage.SharedLog;

/// <summary>The beginning of a frame: which frame of which use, at which place, after which one.</summary>
/// <param name="Flags">Seals.</param>
/// <param name="SectionCount">Sealed sections, 0 to <see cref="LogFormat.MaxSections"/>.</param>
/// <param name="UseId">The segment's use.</param>
/// <param name="Number">Counts all frames of the log; contiguous over its segments.</param>
/// <param name="Blocks">The frame's length in blocks, padding included.</param>
/// <param name="Position">The frame's place in the file, in blocks.</param>
/// <param name="DurableThrough">The last frame that was synced before this one was written.</param>
/// <param name="PreviousTag">Tag of the frame before this, or of the segment's header when this is its first.</param>
internal readonly record struct FrameHeader(
    FrameFlags Flags, int SectionCount, ulong UseId, ulong Number, uint Blocks, uint Position, ulong DurableThrough, UInt128 PreviousTag)
{
    /// <summary>Bytes before the sections' descriptors.</summary>
    public const int FixedBytes = 64;

    private const int FlagsAt = 4;
    private const int SectionCountAt = 6;
    private const int UseIdAt = 8;
    private const int NumberAt = 16;
    private const int BlocksAt = 24;
    private const int PositionAt = 28;
    private const int DurableThroughAt = 32;
    private const int PreviousTagAt = 40;
    private const int ReservedAt = 56;

    /// <summary>Where the frame's tag stands: behind the descriptors.</summary>
    public int TagAt => FixedBytes + (SectionCount * SectionDescriptor.Bytes);

    /// <summary>Where the first section's bytes stand.</summary>
    public int BodyAt => BodyOffset(SectionCount);

    /// <summary>The frame's length in bytes.</summary>
    public long Bytes => (long)Blocks * LogFormat.BlockBytes;

    /// <summary>Where the first section's bytes stand in a frame with this many sections.</summary>
    public static int BodyOffset(int sectionCount) =>
        FixedBytes + (sectionCount * SectionDescriptor.Bytes) + LogFormat.TagBytes;

    /// <summary>Reads the fixed part; false when the magic or the reserved bytes are not there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out FrameHeader header)
    {
        header = default;
        if (!source.StartsWith(LogFormat.FrameMagic) || source[ReservedAt..FixedBytes].ContainsAnyExcept((byte)0))
        {
            return false;
        }

        header = new FrameHeader(
            (FrameFlags)BinaryPrimitives.ReadUInt16LittleEndian(source[FlagsAt..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[SectionCountAt..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[UseIdAt..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[NumberAt..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[BlocksAt..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[PositionAt..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[DurableThroughAt..]),
            LogFormat.ReadTag(source[PreviousTagAt..]));
        return header.SectionCount <= LogFormat.MaxSections
            && header.Blocks is > 0 and <= LogFormat.MaxFrameBytes / LogFormat.BlockBytes;
    }

    /// <summary>Writes the fixed part.</summary>
    public void Write(Span<byte> destination)
    {
        LogFormat.FrameMagic.CopyTo(destination);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[FlagsAt..], (ushort)Flags);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[SectionCountAt..], (ushort)SectionCount);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[UseIdAt..], UseId);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[NumberAt..], Number);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[BlocksAt..], Blocks);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[PositionAt..], Position);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[DurableThroughAt..], DurableThrough);
        LogFormat.WriteTag(destination[PreviousTagAt..], PreviousTag);
        destination[ReservedAt..FixedBytes].Clear();
    }
}
