using System.Buffers.Binary;
using Nacre.Core.Ids;

namespace Nacre.Storage.SharedLog;

/// <summary>What a frame's header says of one sealed section.</summary>
/// <param name="Domain">The key domain of the records in it.</param>
/// <param name="Key">The data key that its key derives from.</param>
/// <param name="Length">Its bytes, the same sealed and clear.</param>
/// <param name="Tag">Its AES-GCM tag.</param>
internal readonly record struct SectionDescriptor(KeyDomainId Domain, DataKeyId Key, int Length, UInt128 Tag)
{
    /// <summary>Size of a descriptor.</summary>
    public const int Bytes = 32;

    /// <summary>The part before the tag: associated data of the section, together with the frame's fixed part.</summary>
    public const int BoundBytes = 16;

    private const int ReservedAt = 12;

    /// <summary>Reads a descriptor; false when its reserved bytes are not zero or its length is not possible.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out SectionDescriptor descriptor)
    {
        descriptor = new SectionDescriptor(
            new KeyDomainId(BinaryPrimitives.ReadUInt32LittleEndian(source)),
            new DataKeyId(BinaryPrimitives.ReadUInt32LittleEndian(source[4..])),
            BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
            LogFormat.ReadTag(source[BoundBytes..]));
        return descriptor.Length is > 0 and < LogFormat.MaxFrameBytes
            && !source[ReservedAt..BoundBytes].ContainsAnyExcept((byte)0);
    }

    /// <summary>Writes the part before the tag.</summary>
    public void WriteBound(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Domain.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Key.Value);
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], Length);
        destination[ReservedAt..BoundBytes].Clear();
    }
}
