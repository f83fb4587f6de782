using System.Buffers.Binary;
using Nacre.Core.Ids;

namespace Nacre.Storage.Control;

/// <summary>The clear part of a control checkpoint. Layout in <c>docs/formats/control.md</c>; the seal covers it.</summary>
/// <param name="Key">The data key that the file's key is derived from.</param>
/// <param name="Generation">Counts the checkpoints.</param>
/// <param name="Applied">The last entry in it.</param>
/// <param name="PayloadBytes">Length of what follows.</param>
/// <param name="Salt">Drawn for this file alone.</param>
internal readonly record struct ControlCheckpointHeader(
    DataKeyId Key, ulong Generation, LogIndex Applied, ulong PayloadBytes, UInt128 Salt)
{
    /// <summary>Bytes before the tag.</summary>
    public const int SizeBytes = 56;

    /// <summary>Version of the file's layout.</summary>
    public const ushort FormatVersion = 1;

    private static ReadOnlySpan<byte> Magic => "NACRECTL"u8;

    /// <summary>Encodes it.</summary>
    public void Write(Span<byte> destination)
    {
        destination[..SizeBytes].Clear();
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[8..], FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], Key.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Generation);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], Applied.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], PayloadBytes);
        BinaryPrimitives.WriteUInt128BigEndian(destination[40..], Salt);
    }

    /// <summary>Reads it.</summary>
    /// <param name="source">At least <see cref="SizeBytes"/> bytes of anything.</param>
    /// <param name="version">The layout's version; others than <see cref="FormatVersion"/> are not read.</param>
    /// <param name="header">What was read.</param>
    /// <returns>False for bytes that are no header, or one of another version.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out ushort version, out ControlCheckpointHeader header)
    {
        header = default;
        version = 0;
        if (!source[..8].SequenceEqual(Magic))
        {
            return false;
        }

        version = BinaryPrimitives.ReadUInt16LittleEndian(source[8..]);
        if (version != FormatVersion || BinaryPrimitives.ReadUInt16LittleEndian(source[10..]) != 0)
        {
            return false;
        }

        header = new ControlCheckpointHeader(
            new DataKeyId(BinaryPrimitives.ReadUInt32LittleEndian(source[12..])),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(source[24..])),
            BinaryPrimitives.ReadUInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadUInt128BigEndian(source[40..]));
        return true;
    }
}
