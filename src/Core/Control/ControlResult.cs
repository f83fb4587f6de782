using System.Buffers.Binary;

namespace Nacre.Core.Control;

/// <summary>The detail of a control command's outcome: the id of the database, container, user, permission or node that it concerns.</summary>
public static class ControlResult
{
    /// <summary>Length in bytes.</summary>
    public const int SizeBytes = sizeof(ulong);

    /// <summary>Encodes an id.</summary>
    public static byte[] Encode(ulong id)
    {
        byte[] detail = new byte[SizeBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(detail, id);
        return detail;
    }

    /// <summary>Reads the id; 0 for a command whose outcome carries none.</summary>
    public static ulong IdOf(ReadOnlySpan<byte> detail) =>
        detail.Length == SizeBytes ? BinaryPrimitives.ReadUInt64LittleEndian(detail) : 0;
}
