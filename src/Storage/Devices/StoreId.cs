using System.Buffers.Binary;
using Nacre.Core;
using Nacre.Core.Time;

namespace Nacre.Storage.Devices;

/// <summary>
/// Random name of one shard store, drawn when it is created: a file of another store never passes for its own.
/// </summary>
/// <param name="Value">128 random bits.</param>
internal readonly record struct StoreId(UInt128 Value)
{
    /// <summary>Size in bytes.</summary>
    public const int SizeBytes = 16;

    /// <summary>Draws a new one.</summary>
    public static StoreId Draw(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        random.Fill(bytes);
        return Read(bytes);
    }

    /// <summary>Reads 16 little-endian bytes.</summary>
    public static StoreId Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128LittleEndian(bytes));

    /// <summary>Writes 16 little-endian bytes.</summary>
    public void Write(Span<byte> destination)
    {
        Invariant.Check(destination.Length >= SizeBytes);
        BinaryPrimitives.WriteUInt128LittleEndian(destination, Value);
    }
}
