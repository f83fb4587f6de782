using Nacre.Core;
using Nacre.Core.Documents;

namespace Nacre.Storage.Documents;

/// <summary>
/// The records of an item version: a header with what the version is, and the document cut into chunks. Laid out in
/// <c>docs/formats/documents.md</c>.
/// </summary>
internal static class ItemRecord
{
    /// <summary>In the high half of every record's first byte.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Document bytes in a record, but in the last.</summary>
    public const int ChunkBytes = 64 * 1024;

    /// <summary>Bytes before the document's in records but the first.</summary>
    public const int ChunkHeaderBytes = 1;

    /// <summary>Most bytes before the document's in the first record.</summary>
    public const int MaxHeaderBytes = 1 + 3 * VarInt.MaxBytes + StoredKey.MaxBytes;

    private const byte FirstMark = FormatVersion << 4;
    private const byte ChunkMark = FirstMark | 0x0F;

    private static readonly ulong MostTimestamp = (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Records of a document.</summary>
    public static int ChunksOf(int length) => Math.Max(1, (length + ChunkBytes - 1) / ChunkBytes);

    /// <summary>Writes the header of the first record; the first chunk goes behind it.</summary>
    /// <param name="itemKey">The item's key.</param>
    /// <param name="age">The version's age.</param>
    /// <param name="timestamp">Leader time in Unix milliseconds, from 0.</param>
    /// <param name="document">The whole document.</param>
    /// <param name="destination">At least <see cref="MaxHeaderBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteHeader(
        ReadOnlySpan<byte> itemKey, ulong age, ulong timestamp, ReadOnlySpan<byte> document, Span<byte> destination)
    {
        int levels = ItemKey.LevelsOf(itemKey);
        destination[0] = (byte)(FirstMark | levels);
        int at = 1;
        at += VarInt.Write(timestamp, destination[at..]);
        at += VarInt.Write((ulong)document.Length, destination[at..]);
        at += VarInt.Write(age, destination[at..]);
        return at + StoredKey.Write(itemKey, document, destination[at..]);
    }

    /// <summary>Writes the header of a record but the first.</summary>
    public static void WriteChunkHeader(Span<byte> destination) => destination[0] = ChunkMark;

    /// <summary>Reads a first record; false for bytes that are none.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> record, out ItemHeader header)
    {
        header = default;
        if (record.IsEmpty || record[0] is <= FirstMark or > FirstMark + DocumentLimits.MaxPartitionKeyPaths)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = record[1..];
        if (!VarInt.TryRead(ref rest, out ulong timestamp) || timestamp > MostTimestamp ||
            !VarInt.TryRead(ref rest, out ulong length) || length is 0 or > DocumentLimits.MaxDocumentBytes ||
            !VarInt.TryRead(ref rest, out ulong age) ||
            rest.Length <= Math.Min((int)length, ChunkBytes))
        {
            return false;
        }

        int keyLength = rest.Length - Math.Min((int)length, ChunkBytes);

        header = new ItemHeader(
            record[0] - FirstMark, timestamp, (int)length, age, rest[..keyLength], rest[keyLength..]);
        return true;
    }

    /// <summary>Reads a record but the first; false for bytes that are none.</summary>
    public static bool TryReadChunk(ReadOnlySpan<byte> record, out ReadOnlySpan<byte> body)
    {
        bool good = record.Length > ChunkHeaderBytes && record[0] == ChunkMark;
        body = good ? record[ChunkHeaderBytes..] : default;
        return good;
    }

    /// <summary>Bytes of the document in a chunk.</summary>
    public static int ChunkLength(int length, int chunk)
    {
        Invariant.Check(chunk < ChunksOf(length));
        return Math.Min(ChunkBytes, length - chunk * ChunkBytes);
    }
}
