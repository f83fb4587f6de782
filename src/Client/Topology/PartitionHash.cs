using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Topology;

/// <summary>
/// The hash that places a partition key among a container's ranges, as the server computes it: 16 bytes a level, compared as
/// byte strings. A mistake here costs a hop between nodes and nothing else.
/// </summary>
internal static class PartitionHash
{
    /// <summary>Bytes of one level's hash.</summary>
    public const int LevelBytes = 16;

    /// <summary>Bytes of the longest hash.</summary>
    public const int MaxBytes = 3 * LevelBytes;

    private const byte UndefinedMarker = 0x00;
    private const byte NullMarker = 0x01;
    private const byte FalseMarker = 0x02;
    private const byte TrueMarker = 0x03;
    private const byte NumberMarker = 0x05;
    private const byte TextMarker = 0x08;
    private const byte TextEnd = 0xFF;
    private const int OnStack = 512;

    /// <summary>Hashes a key.</summary>
    /// <param name="key">Of 1 to 3 values.</param>
    /// <param name="destination">At least <see cref="MaxBytes"/>.</param>
    /// <returns>Bytes written; 0 for a key that has too many values.</returns>
    public static int Write(Wire.PartitionKey key, Span<byte> destination)
    {
        if (key.Values.Count > MaxBytes / LevelBytes)
        {
            return 0;
        }

        for (int level = 0; level < key.Values.Count; level++)
        {
            Wire.PartitionKeyValue value = key.Values[level];
            Span<byte> hash = destination.Slice(level * LevelBytes, LevelBytes);
            switch (value.KindCase)
            {
                case Wire.PartitionKeyValue.KindOneofCase.Null:
                    WriteMarker(NullMarker, hash);
                    break;
                case Wire.PartitionKeyValue.KindOneofCase.Boolean:
                    WriteMarker(value.Boolean ? TrueMarker : FalseMarker, hash);
                    break;
                case Wire.PartitionKeyValue.KindOneofCase.Number:
                    WriteNumber(value.Number, hash);
                    break;
                case Wire.PartitionKeyValue.KindOneofCase.Text:
                    WriteText(value.Text, hash);
                    break;
                default:
                    WriteMarker(UndefinedMarker, hash);
                    break;
            }
        }

        return key.Values.Count * LevelBytes;
    }

    /// <summary>Hashes the key that a document carries.</summary>
    /// <param name="utf8Json">A JSON object.</param>
    /// <param name="paths">Where it has its partition key, names in UTF-8, 1 to 3 paths.</param>
    /// <param name="destination">At least <see cref="MaxBytes"/>.</param>
    /// <returns>Bytes written; 0 for what is no document: the server says why.</returns>
    public static int Write(ReadOnlySpan<byte> utf8Json, ReadOnlySpan<byte[][]> paths, Span<byte> destination)
    {
        try
        {
            for (int level = 0; level < paths.Length; level++)
            {
                WriteLevel(utf8Json, paths[level], destination.Slice(level * LevelBytes, LevelBytes));
            }

            return paths.Length * LevelBytes;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The reader throws InvalidOperationException for an escaped half of a surrogate pair.
            return 0;
        }
    }

    private static void WriteLevel(ReadOnlySpan<byte> utf8Json, byte[][] path, Span<byte> hash)
    {
        var reader = new Utf8JsonReader(utf8Json);
        reader.Read();
        foreach (byte[] name in path)
        {
            if (!TryEnter(ref reader, name))
            {
                WriteMarker(UndefinedMarker, hash);
                return;
            }
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                WriteMarker(NullMarker, hash);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                WriteMarker(reader.TokenType == JsonTokenType.True ? TrueMarker : FalseMarker, hash);
                break;
            case JsonTokenType.Number when reader.TryGetDouble(out double number):
                WriteNumber(number, hash);
                break;
            case JsonTokenType.String when !reader.ValueIsEscaped:
                WriteText(reader.ValueSpan, hash);
                break;
            case JsonTokenType.String:
                WriteText(reader.GetString()!, hash);
                break;
            default:
                WriteMarker(UndefinedMarker, hash);
                break;
        }
    }

    /// <summary>Goes on to the value of a member of the object at the reader.</summary>
    private static bool TryEnter(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isIt = reader.ValueTextEquals(name);
            reader.Read();
            if (isIt)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private static void WriteMarker(byte marker, Span<byte> hash) => WriteHash(hash, Murmur3.Hash128([marker]));

    private static void WriteNumber(double number, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[1 + sizeof(double)];
        bytes[0] = NumberMarker;

        // Both zeros are one key.
        BinaryPrimitives.WriteDoubleLittleEndian(bytes[1..], number == 0 ? 0 : number);
        WriteHash(hash, Murmur3.Hash128(bytes));
    }

    private static void WriteText(string text, Span<byte> hash)
    {
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = most > OnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        Span<byte> utf8 = rented is null ? stackalloc byte[OnStack] : rented;
        WriteText(utf8[..Encoding.UTF8.GetBytes(text, utf8)], hash);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    private static void WriteText(ReadOnlySpan<byte> utf8, Span<byte> hash)
    {
        byte[]? rented = utf8.Length + 2 > OnStack ? ArrayPool<byte>.Shared.Rent(utf8.Length + 2) : null;
        Span<byte> bytes = rented is null ? stackalloc byte[OnStack] : rented;
        bytes = bytes[..(utf8.Length + 2)];
        bytes[0] = TextMarker;
        utf8.CopyTo(bytes[1..]);
        bytes[^1] = TextEnd;
        WriteHash(hash, Murmur3.Hash128(bytes));
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    /// <summary>Most significant first, the second half before the first, with the two highest bits clear.</summary>
    private static void WriteHash(Span<byte> destination, (ulong First, ulong Second) hash)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, hash.Second & 0x3FFF_FFFF_FFFF_FFFF);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], hash.First);
    }
}
