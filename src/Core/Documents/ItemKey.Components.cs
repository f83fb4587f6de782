using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Nacre.Core.Documents;

/// <content>One component of the partition key: marker and value.</content>
public static partial class ItemKey
{
    private const byte FirstMarker = 0x41;
    private const byte Zero = 0x00;
    private const byte EscapedZero = 0xFF;
    private const ulong Sign = 1UL << 63;

    private static int WriteComponent(PartitionKeyValue value, Span<byte> destination)
    {
        destination[0] = (byte)(FirstMarker + (byte)value.Kind);
        switch (value.Kind)
        {
            case PartitionKeyValueKind.Number:
                BinaryPrimitives.WriteUInt64BigEndian(destination[1..], ToOrdered(value.Number));
                return 1 + sizeof(ulong);
            case PartitionKeyValueKind.Text:
                return 1 + WriteText(value.Text!, destination[1..]);
            default:
                return 1;
        }
    }

    /// <summary>
    /// UTF-8 with 00 written as 00 FF, and 00 at the end. What follows the end is a component, an id, or nothing: never
    /// FF.
    /// </summary>
    private static int WriteText(string text, Span<byte> destination)
    {
        int length = Encoding.UTF8.GetBytes(text, destination);
        for (int at = destination[..length].IndexOf(Zero); at >= 0;)
        {
            destination[(at + 1)..length].CopyTo(destination[(at + 2)..]);
            destination[at + 1] = EscapedZero;
            length++;
            int next = destination[(at + 2)..length].IndexOf(Zero);
            at = next < 0 ? -1 : at + 2 + next;
        }

        destination[length] = Zero;
        return length + 1;
    }

    /// <summary>Length of the component that the bytes begin with; 0 for none.</summary>
    private static int ComponentLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return 0;
        }

        switch ((PartitionKeyValueKind)(bytes[0] - FirstMarker))
        {
            case <= PartitionKeyValueKind.True:
                return 1;
            case PartitionKeyValueKind.Number:
                return bytes.Length < 1 + sizeof(ulong) ? 0 : 1 + sizeof(ulong);
            case PartitionKeyValueKind.Text:
                for (int at = 1; at < bytes.Length; at++)
                {
                    if (bytes[at] == Zero)
                    {
                        if (at + 1 == bytes.Length || bytes[at + 1] != EscapedZero)
                        {
                            return at + 1;
                        }

                        at++;
                    }
                }

                return 0;
            default:
                return 0;
        }
    }

    private static bool TryReadComponent(ReadOnlySpan<byte> component, out PartitionKeyValue value)
    {
        var kind = (PartitionKeyValueKind)(component[0] - FirstMarker);
        value = new PartitionKeyValue(kind, 0, null);
        if (kind == PartitionKeyValueKind.Number)
        {
            double number = FromOrdered(BinaryPrimitives.ReadUInt64BigEndian(component[1..]));
            value = double.IsFinite(number) ? PartitionKeyValue.Of(number) : default;
            return double.IsFinite(number) && !(number == 0 && double.IsNegative(number));
        }

        if (kind == PartitionKeyValueKind.Text)
        {
            byte[] unescaped = new byte[component.Length];
            int length = Unescape(component, unescaped);
            if (!Utf8.IsValid(unescaped.AsSpan(0, length)))
            {
                return false;
            }

            value = PartitionKeyValue.Of(Encoding.UTF8.GetString(unescaped, 0, length));
        }

        return true;
    }

    private static bool TryHashComponent(ReadOnlySpan<byte> component, Span<byte> hash)
    {
        if (component[0] != FirstMarker + (byte)PartitionKeyValueKind.Text)
        {
            bool good = TryReadComponent(component, out PartitionKeyValue value);
            PartitionKeyHash.Write(new PartitionKey(value), hash);
            return good;
        }

        const int OnStack = 256;
        byte[]? rented = component.Length > OnStack ? ArrayPool<byte>.Shared.Rent(component.Length) : null;
        Span<byte> text = rented is null ? stackalloc byte[OnStack] : rented;
        text = text[..Unescape(component, text)];
        PartitionKeyHash.WriteText(text, hash);
        if (rented is not null)
        {
            text.Clear();
            ArrayPool<byte>.Shared.Return(rented);
        }

        return true;
    }

    /// <summary>Takes the text out of a component; returns its length.</summary>
    private static int Unescape(ReadOnlySpan<byte> component, Span<byte> text)
    {
        int length = 0;
        for (int at = 1; at < component.Length - 1; at++)
        {
            text[length++] = component[at];
            at += component[at] == Zero ? 1 : 0;
        }

        return length;
    }

    /// <summary>A number's bits, turned so that they compare as the numbers do.</summary>
    private static ulong ToOrdered(double number)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(number);
        return (bits & Sign) != 0 ? ~bits : bits | Sign;
    }

    private static double FromOrdered(ulong ordered) =>
        BitConverter.UInt64BitsToDouble((ordered & Sign) != 0 ? ordered & ~Sign : ~ordered);
}
