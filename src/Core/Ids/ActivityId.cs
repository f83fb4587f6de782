using System.Buffers.Binary;
using System.Globalization;

namespace Nacre.Core.Ids;

/// <summary>One request as its caller sees it: names it in logs, answers and audit records.</summary>
/// <param name="Value">128 random bits; 0 means none.</param>
public readonly record struct ActivityId(UInt128 Value)
{
    /// <summary>Length of the binary form.</summary>
    public const int SizeBytes = 16;

    /// <summary>Reads the binary form.</summary>
    /// <param name="source">16 bytes, most significant first.</param>
    public static ActivityId Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt128BigEndian(source));

    /// <summary>Writes the binary form, which sorts and prints as <see cref="ToString"/> does.</summary>
    /// <param name="destination">16 bytes, most significant first.</param>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
