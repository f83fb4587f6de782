using System.Buffers.Binary;
using System.Globalization;

namespace Nacre.Security.Keys;

/// <summary>Names a root key without telling it: 128 bits derived from the key, so that a wrong one is recognised.</summary>
/// <param name="Value">HKDF-SHA256 of the key under a label of its own.</param>
public readonly record struct RootKeyId(UInt128 Value)
{
    /// <summary>Length of the binary form.</summary>
    public const int SizeBytes = 16;

    /// <summary>Reads the binary form.</summary>
    /// <param name="source">16 bytes, most significant first.</param>
    public static RootKeyId Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt128BigEndian(source));

    /// <summary>Writes the binary form.</summary>
    /// <param name="destination">16 bytes, most significant first.</param>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
