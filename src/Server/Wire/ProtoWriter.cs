using System.Numerics;
using Nacre.Core;

namespace Nacre.Server.Wire;

/// <summary>Writes protobuf fields into room that was measured before. For the hot answers; all else goes through the library.</summary>
/// <param name="destination">Room for all that is written.</param>
internal ref struct ProtoWriter(Span<byte> destination)
{
    private const int VarintType = 0;
    private const int BytesType = 2;

    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written.</summary>
    public int Written { get; private set; }

    /// <summary>Size of a number's field; zero is left out.</summary>
    public static int SizeOfNumber(ulong value) => value == 0 ? 0 : 1 + VarintSize(value);

    /// <summary>Size of a field of bytes; an empty one is left out.</summary>
    public static int SizeOfBytes(int length) => length == 0 ? 0 : SizeOfMessage(length);

    /// <summary>Size of a nested message's field, which is written also when it is empty.</summary>
    public static int SizeOfMessage(int length) => 1 + VarintSize((uint)length) + length;

    /// <summary>Writes a number's field; zero is left out.</summary>
    /// <param name="field">1 to 15.</param>
    /// <param name="value">The number.</param>
    public void Number(int field, ulong value)
    {
        if (value != 0)
        {
            Tag(field, VarintType);
            Varint(value);
        }
    }

    /// <summary>Writes a field of bytes or text; an empty one is left out.</summary>
    /// <param name="field">1 to 15.</param>
    /// <param name="value">The bytes.</param>
    public void Bytes(int field, scoped ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            Message(field, value.Length);
            value.CopyTo(_destination[Written..]);
            Written += value.Length;
        }
    }

    /// <summary>Begins a nested message, whose fields are then written.</summary>
    /// <param name="field">1 to 15.</param>
    /// <param name="length">The length of those fields.</param>
    public void Message(int field, int length)
    {
        Tag(field, BytesType);
        Varint((uint)length);
    }

    /// <summary>Room for a nested message that the library writes; it must be filled.</summary>
    /// <param name="field">1 to 15.</param>
    /// <param name="length">Its length.</param>
    public Span<byte> Room(int field, int length)
    {
        Message(field, length);
        Written += length;
        return _destination.Slice(Written - length, length);
    }

    private static int VarintSize(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    private void Tag(int field, int type)
    {
        Invariant.Check(field is > 0 and < 16);
        _destination[Written++] = (byte)((field << 3) | type);
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _destination[Written++] = (byte)(value | 0x80);
        }

        _destination[Written++] = (byte)value;
    }
}
