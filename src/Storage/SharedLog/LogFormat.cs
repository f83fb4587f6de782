using System.Buffers.Binary;
using System.Globalization;

namespace Nacre.Storage.SharedLog;

/// <summary>The numbers of <c>docs/formats/log.md</c>.</summary>
internal static class LogFormat
{
    /// <summary>Raised with every change of the bytes below; another number is refused.</summary>
    public const uint Version = 1;

    /// <summary>Frames begin and end on multiples of it.</summary>
    public const int BlockBytes = 4096;

    /// <summary>The longest frame, header and padding included.</summary>
    public const int MaxFrameBytes = 4 << 20;

    public const int SaltBytes = 16;
    public const int LogIdBytes = 16;
    public const int TagBytes = 16;
    public const int NonceBytes = 12;

    /// <summary>The first frame's place: right behind the segment's header.</summary>
    public const long FirstFrameOffset = BlockBytes;

    /// <summary>Sections that a frame may have, so that its header fits the first block.</summary>
    public const int MaxSections = 120;

    private const string Extension = ".segment";

    /// <summary>The magic of a segment's header.</summary>
    public static ReadOnlySpan<byte> SegmentMagic => "NACRELOG"u8;

    /// <summary>The magic of a frame.</summary>
    public static ReadOnlySpan<byte> FrameMagic => "NFRM"u8;

    /// <summary>A segment's file name. The file keeps it over all its uses.</summary>
    public static string FileName(ulong fileId) =>
        fileId.ToString("x16", CultureInfo.InvariantCulture) + Extension;

    /// <summary>The file id in a segment's file name.</summary>
    public static bool TryParseFileName(string name, out ulong fileId)
    {
        fileId = 0;
        return name.Length == 16 + Extension.Length
            && name.EndsWith(Extension, StringComparison.Ordinal)
            && ulong.TryParse(name.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out fileId);
    }

    /// <summary>Rounds up to whole blocks.</summary>
    public static long RoundUp(long bytes) => (bytes + BlockBytes - 1) / BlockBytes * BlockBytes;

    /// <summary>Reads a tag as a number, so that it compares as one value.</summary>
    public static UInt128 ReadTag(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadUInt128LittleEndian(source);

    /// <summary>Writes what <see cref="ReadTag"/> reads.</summary>
    public static void WriteTag(Span<byte> destination, UInt128 tag) =>
        BinaryPrimitives.WriteUInt128LittleEndian(destination, tag);
}
