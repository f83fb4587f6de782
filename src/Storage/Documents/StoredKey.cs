using System.Buffers;
using Nacre.Core.Documents;

namespace Nacre.Storage.Documents;

/// <summary>
/// How a record keeps its item's key: without the hash, which the partition key gives, and with texts by their place in
/// the document, where the id and most partition keys stand anyway. Runs of bytes, one behind the other, in
/// <c>docs/formats/documents.md</c>.
/// </summary>
internal static class StoredKey
{
    /// <summary>No stored key is longer: one run for each component and the id, all literal.</summary>
    public const int MaxBytes = ItemKey.MaxBytes + (2 * DocumentLimits.MaxPartitionKeyPaths + 2) * VarInt.MaxBytes;

    /// <summary>How far into the document a text is looked for: it mostly stands at the beginning.</summary>
    private const int SearchBytes = 512;

    /// <summary>A shorter text is not worth a reference.</summary>
    private const int LeastCopy = 4;

    private const byte TextMarker = 0x46;

    /// <summary>Writes a key.</summary>
    /// <param name="itemKey">The whole key.</param>
    /// <param name="document">The whole document.</param>
    /// <param name="destination">At least <see cref="MaxBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(ReadOnlySpan<byte> itemKey, ReadOnlySpan<byte> document, Span<byte> destination)
    {
        ReadOnlySpan<byte> head = document[..Math.Min(document.Length, SearchBytes)];
        ReadOnlySpan<byte> rest = itemKey[ItemKey.HashOf(itemKey).Length..];
        ItemKey.TrySplit(itemKey, out _, out ReadOnlySpan<byte> id);
        ReadOnlySpan<byte> literal = rest[..^id.Length];
        int at = 0;

        // Of the partition key only the first component's text is looked for; more than one is rare.
        if (literal.Length > LeastCopy && literal[0] == TextMarker)
        {
            ReadOnlySpan<byte> text = literal[1..literal.IndexOf((byte)0)];
            int place = text.Length < LeastCopy ? -1 : head.IndexOf(text);
            if (place >= 0)
            {
                at += WriteLiteral(literal[..1], destination);
                at += WriteCopy(place, text.Length, destination[at..]);
                literal = literal[(1 + text.Length)..];
            }
        }

        int idPlace = id.Length < LeastCopy ? -1 : head.IndexOf(id);
        if (idPlace < 0)
        {
            return at + WriteLiteral(rest[^(literal.Length + id.Length)..], destination[at..]);
        }

        at += WriteLiteral(literal, destination[at..]);
        return at + WriteCopy(idPlace, id.Length, destination[at..]);
    }

    /// <summary>Compares with a key.</summary>
    /// <param name="stored">What <see cref="Write"/> wrote, or anything.</param>
    /// <param name="body">The document's first chunk.</param>
    /// <param name="unhashed">The item key without its hash.</param>
    public static bool IsOf(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> body, ReadOnlySpan<byte> unhashed)
    {
        while (!stored.IsEmpty)
        {
            if (!TryTakeRun(ref stored, body, out ReadOnlySpan<byte> run) || !unhashed.StartsWith(run))
            {
                return false;
            }

            unhashed = unhashed[run.Length..];
        }

        return unhashed.IsEmpty;
    }

    /// <summary>Gives the whole key back.</summary>
    /// <param name="stored">What <see cref="Write"/> wrote, or anything.</param>
    /// <param name="body">The document's first chunk.</param>
    /// <param name="levels">Partition key levels.</param>
    /// <param name="destination">At least <see cref="ItemKey.MaxBytes"/>.</param>
    /// <returns>Its length; 0 where there is none.</returns>
    public static int Read(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> body, int levels, Span<byte> destination)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ItemKey.MaxBytes);
        int length = 0;
        bool good = true;
        while (good && !stored.IsEmpty)
        {
            good = TryTakeRun(ref stored, body, out ReadOnlySpan<byte> run) && run.Length <= ItemKey.MaxBytes - length;
            if (good)
            {
                run.CopyTo(buffer.AsSpan(length));
                length += run.Length;
            }
        }

        good &= length <= ItemKey.MaxBytes - levels * PartitionKeyHash.LevelBytes;
        int restored = good ? ItemKey.Restore(buffer.AsSpan(0, length), levels, destination) : 0;
        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        return restored;
    }

    private static int WriteLiteral(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        int at = VarInt.Write((ulong)bytes.Length << 1, destination);
        bytes.CopyTo(destination[at..]);
        return at + bytes.Length;
    }

    private static int WriteCopy(int place, int length, Span<byte> destination)
    {
        int at = VarInt.Write(((ulong)place << 1) | 1, destination);
        return at + VarInt.Write((ulong)length, destination[at..]);
    }

    private static bool TryTakeRun(ref ReadOnlySpan<byte> stored, ReadOnlySpan<byte> body, out ReadOnlySpan<byte> run)
    {
        run = default;
        if (!VarInt.TryRead(ref stored, out ulong number))
        {
            return false;
        }

        if ((number & 1) == 0)
        {
            if (number >> 1 is 0 || number >> 1 > (ulong)stored.Length)
            {
                return false;
            }

            run = stored[..(int)(number >> 1)];
            stored = stored[run.Length..];
            return true;
        }

        if (!VarInt.TryRead(ref stored, out ulong length) ||
            length == 0 || length > (ulong)body.Length || number >> 1 > (ulong)body.Length - length)
        {
            return false;
        }

        run = body.Slice((int)(number >> 1), (int)length);
        return true;
    }
}
