using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Nacre.Core;
using Nacre.Core.Ids;

namespace Nacre.Storage.SharedLog;

/// <summary>The first block of a segment: which use of the file this is, under which key and salt, and what came before.</summary>
internal sealed record SegmentHeader
{
    private const int KeyAt = 12;
    private const int LogIdAt = 16;
    private const int FileIdAt = 32;
    private const int UseIdAt = 40;
    private const int SaltAt = 48;
    private const int CapacityAt = 64;
    private const int FirstFrameAt = 72;
    private const int PredecessorAt = 80;
    private const int PredecessorEndAt = 88;
    private const int PredecessorTagAt = 96;
    private const int FreedThroughAt = 112;
    private const int UsedBytes = 120;
    private const int TagAt = LogFormat.BlockBytes - LogFormat.TagBytes;

    /// <summary>The shared domain's data key that this header's and all frame headers' key derives from.</summary>
    public required DataKeyId Key { get; init; }

    /// <summary>Drawn when the log was created; the same in all its segments.</summary>
    public required UInt128 LogId { get; init; }

    /// <summary>The file, over all its uses.</summary>
    public required ulong FileId { get; init; }

    /// <summary>This use of the file; rises from segment to segment, never reused in a log.</summary>
    public required ulong UseId { get; init; }

    /// <summary>Drawn for this use.</summary>
    public required UInt128 Salt { get; init; }

    /// <summary>Bytes that were allocated for this use, header included.</summary>
    public required long Capacity { get; init; }

    /// <summary>Number of the first frame in it.</summary>
    public required ulong FirstFrame { get; init; }

    /// <summary>Use id of the segment before this; 0 for the first of a log.</summary>
    public required ulong Predecessor { get; init; }

    /// <summary>Where the segment before this ends: what follows there does not belong to the log.</summary>
    public required long PredecessorEnd { get; init; }

    /// <summary>Tag of that segment's last frame, or of its header when it has none.</summary>
    public required UInt128 PredecessorTag { get; init; }

    /// <summary>Segments up to this use id had been freed when this one was opened.</summary>
    public required ulong FreedThrough { get; init; }

    /// <summary>This header's own tag; known once sealed or verified.</summary>
    public UInt128 Tag { get; init; }

    /// <summary>Lays the header out and seals it.</summary>
    /// <param name="block">One block, overwritten whole.</param>
    /// <param name="cipher">The cipher of this use.</param>
    /// <returns>This header with its tag.</returns>
    public SegmentHeader Seal(Span<byte> block, SegmentCipher cipher)
    {
        Invariant.Check(block.Length == LogFormat.BlockBytes);
        block.Clear();
        LogFormat.SegmentMagic.CopyTo(block);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], LogFormat.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(block[KeyAt..], Key.Value);
        BinaryPrimitives.WriteUInt128LittleEndian(block[LogIdAt..], LogId);
        BinaryPrimitives.WriteUInt64LittleEndian(block[FileIdAt..], FileId);
        BinaryPrimitives.WriteUInt64LittleEndian(block[UseIdAt..], UseId);
        BinaryPrimitives.WriteUInt128LittleEndian(block[SaltAt..], Salt);
        BinaryPrimitives.WriteInt64LittleEndian(block[CapacityAt..], Capacity);
        BinaryPrimitives.WriteUInt64LittleEndian(block[FirstFrameAt..], FirstFrame);
        BinaryPrimitives.WriteUInt64LittleEndian(block[PredecessorAt..], Predecessor);
        BinaryPrimitives.WriteInt64LittleEndian(block[PredecessorEndAt..], PredecessorEnd);
        LogFormat.WriteTag(block[PredecessorTagAt..], PredecessorTag);
        BinaryPrimitives.WriteUInt64LittleEndian(block[FreedThroughAt..], FreedThrough);
        cipher.TagSegmentHeader(block[..TagAt], block[TagAt..]);
        return this with { Tag = LogFormat.ReadTag(block[TagAt..]) };
    }

    /// <summary>Reads the header without checking its tag; false when it is not one of this format.</summary>
    public static bool TryRead(ReadOnlySpan<byte> block, [NotNullWhen(true)] out SegmentHeader? header)
    {
        header = null;
        if (block.Length < LogFormat.BlockBytes
            || !block.StartsWith(LogFormat.SegmentMagic)
            || BinaryPrimitives.ReadUInt32LittleEndian(block[8..]) != LogFormat.Version
            || block[UsedBytes..TagAt].ContainsAnyExcept((byte)0))
        {
            return false;
        }

        header = new SegmentHeader
        {
            Key = new DataKeyId(BinaryPrimitives.ReadUInt32LittleEndian(block[KeyAt..])),
            LogId = BinaryPrimitives.ReadUInt128LittleEndian(block[LogIdAt..]),
            FileId = BinaryPrimitives.ReadUInt64LittleEndian(block[FileIdAt..]),
            UseId = BinaryPrimitives.ReadUInt64LittleEndian(block[UseIdAt..]),
            Salt = BinaryPrimitives.ReadUInt128LittleEndian(block[SaltAt..]),
            Capacity = BinaryPrimitives.ReadInt64LittleEndian(block[CapacityAt..]),
            FirstFrame = BinaryPrimitives.ReadUInt64LittleEndian(block[FirstFrameAt..]),
            Predecessor = BinaryPrimitives.ReadUInt64LittleEndian(block[PredecessorAt..]),
            PredecessorEnd = BinaryPrimitives.ReadInt64LittleEndian(block[PredecessorEndAt..]),
            PredecessorTag = LogFormat.ReadTag(block[PredecessorTagAt..]),
            FreedThrough = BinaryPrimitives.ReadUInt64LittleEndian(block[FreedThroughAt..]),
            Tag = LogFormat.ReadTag(block[TagAt..]),
        };
        return true;
    }

    /// <summary>True when the block's tag is right under the cipher made from its own fields.</summary>
    public static bool Verify(ReadOnlySpan<byte> block, SegmentCipher cipher) =>
        cipher.IsSegmentHeader(block[..TagAt], block.Slice(TagAt, LogFormat.TagBytes));
}
